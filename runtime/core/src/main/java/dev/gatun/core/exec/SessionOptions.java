package dev.gatun.core.exec;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.pass.NarrowedWeights;
import dev.gatun.core.pass.WeightType;
import dev.gatun.core.plan.Backend;
import java.util.Optional;
import java.util.Set;

/**
 * How a model is compiled and run; immutable.
 *
 * @param backend which kernels may be chosen
 * @param threads size of the thread team, the caller included; 0 means all processors
 * @param disabledPasses names of passes to leave out
 * @param concurrency how many runs may be under way at once; more wait
 * @param quickStart with backend AUTO, run heavy graphs on oneDNN until Gatun's own kernels are
 *     compiled by the JIT; results may differ in the last bits before and after
 * @param memoryBudget most bytes that the values of a run may take, parameters and weights not
 *     counted: where they would take more, some are computed again instead of kept; 0 for no bound
 * @param weights to what constant matrices of products are rounded; they stay as they are without
 */
public record SessionOptions(
    Backend backend,
    int threads,
    Set<String> disabledPasses,
    int concurrency,
    boolean quickStart,
    long memoryBudget,
    Optional<WeightType> weights) {
  /** All kernels, all processors, all passes, four runs at once, no quick start, no budget. */
  public static final SessionOptions DEFAULT =
      new SessionOptions(Backend.AUTO, 0, Set.of(), 4, false, 0, Optional.empty());

  public SessionOptions {
    if (threads < 0) {
      throw new IllegalArgumentException("threads must be 0 (all) or more, got " + threads);
    }
    if (concurrency < 1) {
      throw new IllegalArgumentException("concurrency must be 1 or more, got " + concurrency);
    }
    if (memoryBudget < 0) {
      throw new IllegalArgumentException(
          "the memory budget must be 0 (none) or more bytes, got " + memoryBudget);
    }
    disabledPasses = Set.copyOf(disabledPasses);
    dev.gatun.core.pass.Passes.requireKnown(disabledPasses);
  }

  /**
   * Begins, on a thread of its own, with what a first session of the process needs besides a model,
   * so that it is there when a model has been read; without this a session does it. A library that
   * is missing is reported by the session.
   */
  public void prepare() {
    if (quickStart && backend == Backend.AUTO) {
      Prelude.start();
    } else {
      backend.prepare();
    }
  }

  /** A copy with another backend. */
  public SessionOptions backend(Backend value) {
    return new SessionOptions(
        value, threads, disabledPasses, concurrency, quickStart, memoryBudget, weights);
  }

  /** A copy with another team size. */
  public SessionOptions threads(int value) {
    return new SessionOptions(
        backend, value, disabledPasses, concurrency, quickStart, memoryBudget, weights);
  }

  /** A copy that leaves out these passes. */
  public SessionOptions without(String... passes) {
    return new SessionOptions(
        backend, threads, Set.of(passes), concurrency, quickStart, memoryBudget, weights);
  }

  /** A copy with another bound on concurrent runs. */
  public SessionOptions concurrency(int value) {
    return new SessionOptions(
        backend, threads, disabledPasses, value, quickStart, memoryBudget, weights);
  }

  /** A copy that starts on oneDNN, or does not. */
  public SessionOptions quickStart(boolean value) {
    return new SessionOptions(
        backend, threads, disabledPasses, concurrency, value, memoryBudget, weights);
  }

  /** A copy whose runs may use so much memory for values, or any amount with 0. */
  public SessionOptions memoryBudget(long bytes) {
    return new SessionOptions(
        backend, threads, disabledPasses, concurrency, quickStart, bytes, weights);
  }

  /**
   * A copy that keeps constant matrices of products in fewer bits, which rounds them; see {@link
   * WeightType}.
   */
  public SessionOptions weights(WeightType value) {
    return new SessionOptions(
        backend,
        threads,
        disabledPasses,
        concurrency,
        quickStart,
        memoryBudget,
        Optional.of(value));
  }

  /** The graph with weights as these options want them. */
  Graph prepared(Graph graph) {
    return weights.map(type -> NarrowedWeights.apply(graph, type)).orElse(graph);
  }
}
