package dev.gatun.ffi;

/** What every foreign call has in common. */
final class NativeCall {
  /**
   * Method handles declare Throwable, but a foreign function throws nothing: what arrives here is
   * an error of the JVM or a wrong signature in this module.
   */
  static RuntimeException unexpected(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    if (e instanceof RuntimeException runtime) {
      throw runtime;
    }
    throw new IllegalStateException("a foreign call failed", e);
  }

  private NativeCall() {}
}
