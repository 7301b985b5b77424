package dev.gatun.models.part;

import dev.gatun.core.op.Embedding;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Flow;

/**
 * T5's biases of attention by distance (Raffel and others 2020, section 2.1): near distances have
 * numbers of their own, farther ones share them in logarithmic steps.
 *
 * @param bothWays whether positions behind count differently from those ahead
 */
public record RelativeBuckets(long count, long farthest, boolean bothWays) {
  /**
   * Biases [1, H, T, S] from a table [count, H].
   *
   * @param queries numbers of their positions [T], or [B, T] for biases [B, H, T, S]
   * @param keys numbers of theirs [S]
   */
  public Flow bias(Flow table, Flow queries, Flow keys) {
    // All distances from the farthest on share one number, so a short table has all of them.
    long[] buckets = new long[Math.toIntExact(2 * farthest + 1)];
    for (int i = 0; i < buckets.length; i++) {
      buckets[i] = bucket(i - farthest);
    }
    double far = farthest;
    boolean rows = queries.rank() == 2;
    Flow distance = keys.unsqueeze(0).sub(queries.unsqueeze(-1));
    Flow at = distance.max(-far).min(far).add(far);
    Flow ids = at.constant(Tensor.vector(buckets)).gather(0, at);
    Flow biases = table.op(Embedding.OP, ids);
    return rows ? biases.transpose(0, 3, 1, 2) : biases.transpose(2, 0, 1).unsqueeze(0);
  }

  /** The number of a distance, key minus query; rounded as float32 rounds. */
  long bucket(long distance) {
    long buckets = bothWays ? count / 2 : count;
    long offset = bothWays && distance > 0 ? buckets : 0;
    long d = bothWays ? Math.abs(distance) : Math.max(-distance, 0);
    long exact = buckets / 2;
    if (d < exact) {
      return offset + d;
    }
    float steps = (float) Math.log((float) d / exact);
    steps = steps / (float) Math.log((double) farthest / exact) * (buckets - exact);
    return offset + Math.min(exact + (long) steps, buckets - 1);
  }
}
