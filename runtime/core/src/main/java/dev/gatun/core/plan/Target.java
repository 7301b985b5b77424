package dev.gatun.core.plan;

/**
 * What plans are made for.
 *
 * @param threads size of the thread team that will run the plan
 * @param weights constants and packed weights, shared by all plans of a session
 * @param resources takes over what kernels must release when their program is closed
 */
public record Target(Backend backend, int threads, Weights weights, Resources resources) {
  /** The same target for another program. */
  public Target with(Resources others) {
    return new Target(backend, threads, weights, others);
  }

  /** The target of a program that only serves until a better one is ready: on oneDNN. */
  public Target temporary(Resources others) {
    return new Target(Backend.ONEDNN, threads, others.own(weights.temporary()), others);
  }
}
