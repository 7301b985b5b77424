package dev.gatun.ffi;

/**
 * One place where a native library was looked for, and what came of it.
 *
 * @param source which step of the search order this was
 * @param location directory, file or library name
 * @param loaded whether the library was taken from here
 * @param detail version and configuration when loaded, otherwise the reason and what to do
 */
public record Attempt(Source source, String location, boolean loaded, String detail) {
  /** Where libraries come from, in the order in which they are tried. */
  public enum Source {
    /** The system property {@code gatun.native} says off. */
    SWITCHED_OFF("property gatun.native"),
    /** The system property {@code gatun.native.dir}; nothing else is tried when it is set. */
    DIRECTORY("property gatun.native.dir"),
    /** The directory {@code lib} of the running Java image. */
    RUNTIME_IMAGE("runtime image"),
    /** The jar {@code gatun-ffi-natives-PLATFORM}, unpacked to the cache of this user. */
    RESOURCES("natives jar"),
    /** The library search path of the operating system. */
    SYSTEM("system library path");

    private final String text;

    Source(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  @Override
  public String toString() {
    return (loaded ? "loaded from " : "not from ") + source + " (" + location + "): " + detail;
  }
}
