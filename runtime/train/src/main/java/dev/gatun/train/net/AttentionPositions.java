package dev.gatun.train.net;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.Optional;

/** How attention by itself knows where its queries and keys are. */
sealed interface AttentionPositions {
  /** Queries or keys [N, H, T, D] with their positions. */
  default Flow turn(Flow x) {
    return x;
  }

  /**
   * What is added to the scores, if anything.
   *
   * @param x where parameters are asked for
   * @param q queries [N, H, T, D]
   * @param k keys [N, H, S, D]
   */
  default Optional<Flow> bias(Flow x, Flow q, Flow k, boolean causal) {
    return Optional.empty();
  }

  /** It does not: without positions in its input it is the same for every order. */
  record None() implements AttentionPositions {}

  /**
   * Queries and keys are turned by angles that grow with their positions, so that products depend
   * on distances (Su and others 2021, section 3.4); pairs are (i, i + width / 2).
   */
  record Rotary(double base) implements AttentionPositions {
    @Override
    public Flow turn(Flow x) {
      int time = Math.toIntExact(x.size(2));
      int width = Math.toIntExact(x.size(3));
      if (time < 0 || width % 2 != 0) {
        throw new GatunException("rotary positions need a known time and heads of even width");
      }
      float[] cos = new float[time * (width / 2)];
      float[] sin = new float[cos.length];
      for (int i = 0; i < cos.length; i++) {
        int position = i / (width / 2);
        double angle = position * Math.pow(base, -2.0 * (i % (width / 2)) / width);
        cos[i] = (float) Math.cos(angle);
        sin[i] = (float) Math.sin(angle);
      }
      return x.op(
          dev.gatun.core.op.Rope.OP,
          x.constant(Tensor.of(cos, time, width / 2)),
          x.constant(Tensor.of(sin, time, width / 2)));
    }
  }

  /**
   * A learned number for each head and bucket of distances is added to the scores (Raffel and
   * others 2019): half of the buckets are single distances, the others grow up to {@code farthest}.
   */
  record Relative(int buckets, int farthest) implements AttentionPositions {
    public Relative {
      if (buckets < 4 || buckets % 4 != 0 || farthest <= buckets) {
        throw new GatunException(
            "relative positions need a multiple of 4 buckets and a farthest distance above that,"
                + " got "
                + buckets
                + " and "
                + farthest);
      }
    }

    /** The numbers [1, H, T, S]; {@code relative} [buckets, H] are learned. */
    @Override
    public Optional<Flow> bias(Flow x, Flow q, Flow k, boolean causal) {
      long queries = q.size(2);
      long keys = k.size(2);
      if (queries < 0 || keys < 0) {
        throw new GatunException("relative positions need a known time");
      }
      long[] ids = new long[Math.toIntExact(queries * keys)];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = bucket(i % keys - i / keys, causal);
      }
      Flow table = x.parameter("relative", Shape.of(buckets, q.size(1)), Initializers.zeros());
      Flow rows =
          table.op(dev.gatun.core.op.Embedding.OP, x.constant(Tensor.of(ids, queries, keys)));
      return Optional.of(rows.transpose(2, 0, 1).unsqueeze(0));
    }

    /** The bucket of a key's position minus the query's. */
    int bucket(long distance, boolean causal) {
      int all = causal ? buckets : buckets / 2;
      int first = !causal && distance > 0 ? all : 0;
      long far = causal ? Math.max(-distance, 0) : Math.abs(distance);
      int exact = all / 2;
      if (far < exact) {
        return first + (int) far;
      }
      double part = Math.log((double) far / exact) / Math.log((double) farthest / exact);
      return first + Math.min(all - 1, exact + (int) (part * (all - exact)));
    }
  }
}
