package dev.gatun.ffi;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Outcome of the search for a native library: the library, or the reasons why there is none.
 *
 * <p>A search never throws, so that everything works without native libraries; {@link #orElseThrow}
 * is for those who asked for the library by name.
 */
public final class Probe<T> {
  private final String title;
  private final @Nullable T library;
  private final List<Attempt> attempts;

  Probe(String title, @Nullable T library, List<Attempt> attempts) {
    this.title = title;
    this.library = library;
    this.attempts = List.copyOf(attempts);
  }

  /** The library, or empty when none of the attempts succeeded. */
  public Optional<T> library() {
    return Optional.ofNullable(library);
  }

  /** Every place that was tried, in order; only the last one can have succeeded. */
  public List<Attempt> attempts() {
    return attempts;
  }

  /**
   * The library.
   *
   * @throws NativeLibraryException when there is none; its message lists every attempt
   */
  public T orElseThrow() {
    if (library == null) {
      throw new NativeLibraryException(toString());
    }
    return library;
  }

  /** One line a library, then one a place that was tried. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(title);
    text.append(library == null ? " is not available" : " is available");
    for (Attempt attempt : attempts) {
      text.append("\n  ").append(attempt);
    }
    return text.toString();
  }
}
