package dev.gatun.train.loss;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.train.net.Flow;

/**
 * Losses of several values, to be used in an {@link Objective} or in {@link Flow#penalty}: one loss
 * a row; take {@code mean()} of it.
 */
public final class PairLosses {
  /**
   * Hadsell, Chopra and LeCun 2006 without the factors 1/2: d^2 for rows that are alike, max(0,
   * margin - d)^2 for those that are not.
   *
   * @param d distances [N]
   * @param t labels [N]
   * @param oneIsAlike whether 1 means alike (as most libraries have it) or different (as the paper)
   */
  public static Flow contrastive(Flow d, Flow t, double margin, boolean oneIsAlike) {
    Flow different = oneIsAlike ? t.subFrom(1) : t;
    Flow near = different.subFrom(1).mul(d.square());
    return near.add(different.mul(d.subFrom(margin).max(0).square()));
  }

  /** max(0, d(anchor, positive) - d(anchor, negative) + margin). */
  public static Flow triplet(Flow anchor, Flow positive, Flow negative, double margin) {
    return Similarity.distance(anchor, positive)
        .sub(Similarity.distance(anchor, negative))
        .add(margin)
        .max(0);
  }

  /** 1 - cos for t = 1, max(0, cos - margin) for t = -1. */
  public static Flow cosineEmbedding(Flow a, Flow b, Flow t, double margin) {
    Flow cosine = Similarity.cosine(a, b);
    return cosine.subFrom(1).where(t.greater(0), cosine.sub(margin).max(0));
  }

  /** Bayesian personalized ranking (Rendle and others 2009): -log sigmoid(better - worse). */
  public static Flow bpr(Flow better, Flow worse) {
    return worse.sub(better).softplus();
  }

  /** max(0, margin - (better - worse)). */
  public static Flow marginRanking(Flow better, Flow worse, double margin) {
    return worse.sub(better).add(margin).max(0);
  }

  /**
   * Cross entropies of both directions of CLIP (Radford and others 2021) for rows that belong
   * together: one number.
   */
  public static Flow infoNce(Flow a, Flow b, double temperature) {
    if (!(temperature > 0)) {
      throw new GatunException("infoNce: the temperature must be positive, got " + temperature);
    }
    return a.with(
        dev.gatun.core.op.PairLosses.infoNce(a.graph(), a.value(), b.value(), temperature));
  }

  /**
   * What a discriminator minimizes: -log D(real) - log(1 - D(fake)), from logits; 2 log 2 at D =
   * 1/2.
   */
  public static Flow discriminator(Flow real, Flow fake) {
    return real.neg().softplus().mean().add(fake.softplus().mean());
  }

  /** What a generator minimizes in the minimax game: log(1 - D(fake)), which saturates. */
  public static Flow generatorMinimax(Flow fake) {
    return fake.softplus().mean().neg();
  }

  /** What a generator minimizes in practice: -log D(fake) (Goodfellow and others 2014). */
  public static Flow generator(Flow fake) {
    return fake.neg().softplus().mean();
  }

  /** KL(N(mean, e^logVariance) || N(0, 1)) summed over the last axis: one number a row. */
  public static Flow gaussianKl(Flow mean, Flow logVariance) {
    return logVariance.add(1).sub(mean.square()).sub(logVariance.exp()).sum(-1).mul(-0.5);
  }

  /** (log v + (x - t)^2 / v) / 2 with v not below 1e-6. */
  public static Flow gaussianNll(Flow x, Flow t, Flow variance) {
    Flow v = variance.max(1e-6);
    return v.log().add(x.sub(t).square().div(v)).mul(0.5);
  }

  private PairLosses() {}
}
