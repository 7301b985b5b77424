package dev.gatun.core.exec;

import dev.gatun.core.plan.Backend;
import java.util.Set;

/**
 * How a model is compiled and run; immutable.
 *
 * @param backend which kernels may be chosen
 * @param threads size of the thread team, the caller included; 0 means all processors
 * @param disabledPasses names of passes to leave out
 * @param concurrency how many runs may be under way at once; more wait
 */
public record SessionOptions(
    Backend backend, int threads, Set<String> disabledPasses, int concurrency) {
  /** All kernels, all processors, all passes, four runs at once. */
  public static final SessionOptions DEFAULT = new SessionOptions(Backend.AUTO, 0, Set.of(), 4);

  public SessionOptions {
    if (threads < 0) {
      throw new IllegalArgumentException("threads must be 0 (all) or more, got " + threads);
    }
    if (concurrency < 1) {
      throw new IllegalArgumentException("concurrency must be 1 or more, got " + concurrency);
    }
    disabledPasses = Set.copyOf(disabledPasses);
    dev.gatun.core.pass.Passes.requireKnown(disabledPasses);
  }

  /** A copy with another backend. */
  public SessionOptions backend(Backend value) {
    return new SessionOptions(value, threads, disabledPasses, concurrency);
  }

  /** A copy with another team size. */
  public SessionOptions threads(int value) {
    return new SessionOptions(backend, value, disabledPasses, concurrency);
  }

  /** A copy that leaves out these passes. */
  public SessionOptions without(String... passes) {
    return new SessionOptions(backend, threads, Set.of(passes), concurrency);
  }

  /** A copy with another bound on concurrent runs. */
  public SessionOptions concurrency(int value) {
    return new SessionOptions(backend, threads, disabledPasses, value);
  }
}
