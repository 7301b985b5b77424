package dev.gatun.core.plan;

/**
 * What plans are made for.
 *
 * @param threads size of the thread team that will run the plan
 * @param weights constants and packed weights, shared by all plans of a session
 * @param choices what {@link Backend#AUTO} follows where something was measured
 * @param resources takes over what kernels must release when their program is closed
 */
public record Target(
    Backend backend, int threads, Weights weights, Resources resources, Choices choices) {
  /** A target for which nothing was measured. */
  public Target(Backend backend, int threads, Weights weights, Resources resources) {
    this(backend, threads, weights, resources, new Choices());
  }

  /** The same target for another program. */
  public Target with(Resources others) {
    return new Target(backend, threads, weights, others, choices);
  }

  /** The target of a program that only serves until a better one is ready: on oneDNN. */
  public Target temporary(Resources others) {
    return only(Backend.ONEDNN, others);
  }

  /** The target of a program for the time being, for another backend. */
  public Target only(Backend other, Resources others) {
    return new Target(other, threads, others.own(weights.temporary()), others);
  }
}
