package dev.gatun.ffi;

import java.util.Locale;

/** Operating system and processor of a native library, named as in the class path of the build. */
public record Platform(Os os, Arch arch) {
  /** Operating systems that native libraries exist for. */
  public enum Os {
    /** Linux with glibc. */
    LINUX("linux"),
    /** macOS. */
    MACOS("macosx"),
    /** Windows. */
    WINDOWS("windows"),
    /** Anything else: no native library exists. */
    OTHER("other");

    private final String id;

    Os(String id) {
      this.id = id;
    }
  }

  /** Processors that native libraries exist for. */
  public enum Arch {
    /** AMD64. */
    X86_64("x86_64"),
    /** AArch64. */
    ARM64("arm64"),
    /** Anything else: no native library exists. */
    OTHER("other");

    private final String id;

    Arch(String id) {
      this.id = id;
    }
  }

  /** The machine this JVM runs on. */
  public static Platform current() {
    return of(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
  }

  /** Reads the values of the system properties {@code os.name} and {@code os.arch}. */
  static Platform of(String osName, String osArch) {
    String name = osName.toLowerCase(Locale.ROOT);
    Os os =
        name.startsWith("linux")
            ? Os.LINUX
            : name.startsWith("mac")
                ? Os.MACOS
                : name.startsWith("windows") ? Os.WINDOWS : Os.OTHER;
    Arch arch =
        switch (osArch.toLowerCase(Locale.ROOT)) {
          case "amd64", "x86_64" -> Arch.X86_64;
          case "aarch64", "arm64" -> Arch.ARM64;
          default -> Arch.OTHER;
        };
    return new Platform(os, arch);
  }

  /** Name of this platform in artifacts and directories, for example {@code linux-x86_64}. */
  public String id() {
    return os.id + "-" + arch.id;
  }

  @Override
  public String toString() {
    return id();
  }
}
