package dev.gatun.train.loss;

import dev.gatun.train.net.Flow;

/**
 * Distances and similarities of rows [N, F], for towers that share their weights; gradients are
 * finite at distance 0, too.
 */
public final class Similarity {
  /** The square of what is added under roots. */
  private static final double EPSILON = 1e-12;

  /** The sum of squared differences over the last axis. */
  public static Flow squaredDistance(Flow a, Flow b) {
    return a.sub(b).square().sum(-1);
  }

  /** sqrt(squared distance + 1e-12). */
  public static Flow distance(Flow a, Flow b) {
    return squaredDistance(a, b).add(EPSILON).sqrt();
  }

  /** The sum of products over the last axis. */
  public static Flow dot(Flow a, Flow b) {
    return a.mul(b).sum(-1);
  }

  /** The cosine of the angle between rows; 0 for rows of zeros. */
  public static Flow cosine(Flow a, Flow b) {
    Flow lengths = a.square().sum(-1).add(EPSILON).mul(b.square().sum(-1).add(EPSILON));
    return dot(a, b).div(lengths.sqrt());
  }

  /** Rows divided by their length. */
  public static Flow unit(Flow x) {
    return x.div(x.square().sumKept(-1).add(EPSILON).sqrt());
  }

  private Similarity() {}
}
