package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Tensor;

/** Loss functions that compare embeddings [N, F], row by row. */
public final class PairLosses {
  /** What PyTorch adds to each difference, which keeps the gradient finite at 0. */
  private static final double EPSILON = 1e-6;

  /** (sum of |a - b + 1e-6|^p over the last axis)^(1/p). */
  private static Value distance(Formula f, Value a, Value b, double p) {
    Value difference = f.add(f.sub(a, b), EPSILON);
    if (p == 2) {
      return f.sqrt(f.sum(f.square(difference), -1));
    }
    return f.pow(f.sum(f.pow(f.abs(difference), p), -1), 1 / p);
  }

  /**
   * With d the distance of a and b: d^2 where t = 0 (the same), max(0, margin - d)^2 where t = 1
   * (Hadsell, Chopra and LeCun 2006, without the factor 1/2).
   */
  public static Value contrastive(
      GraphBuilder g, Value a, Value b, Value t, double margin, LossReduction reduction) {
    Formula f = new Formula(g);
    Value d = distance(f, a, b, 2);
    Value same = f.mul(f.sub(1, t), f.square(d));
    Value different = f.mul(t, f.square(f.max(f.sub(margin, d), 0)));
    return f.reduce(f.add(same, different), reduction);
  }

  /**
   * max(0, d(anchor, positive) - d(anchor, negative) + margin); with swap the negative's distance
   * is the smaller of those to anchor and positive.
   */
  public static Value triplet(
      GraphBuilder g,
      Value anchor,
      Value positive,
      Value negative,
      double margin,
      double p,
      boolean swap,
      LossReduction reduction) {
    Formula f = new Formula(g);
    Value far = distance(f, anchor, negative, p);
    if (swap) {
      far = f.min(far, distance(f, positive, negative, p));
    }
    Value near = distance(f, anchor, positive, p);
    return f.reduce(f.max(f.add(f.sub(near, far), margin), 0), reduction);
  }

  /** 1 - cos(a, b) where t = 1, max(0, cos(a, b) - margin) where t = -1. */
  public static Value cosineEmbedding(
      GraphBuilder g, Value a, Value b, Value t, double margin, LossReduction reduction) {
    Formula f = new Formula(g);
    Value squares =
        f.mul(f.add(f.sum(f.square(a), -1), 1e-12), f.add(f.sum(f.square(b), -1), 1e-12));
    Value cosine = f.div(f.sum(f.mul(a, b), -1), f.sqrt(squares));
    Value loss = f.where(f.equal(t, 1), f.sub(1, cosine), f.max(f.add(cosine, -margin), 0));
    return f.reduce(loss, reduction);
  }

  /**
   * The symmetric contrastive loss of CLIP (Radford and others 2021): rows are normalized, row i of
   * a belongs to row i of b; the mean of the cross entropies in both directions.
   */
  public static Value infoNce(GraphBuilder g, Value a, Value b, double temperature) {
    Formula f = new Formula(g);
    Value logits =
        f.mul(
            g.add(Matmul.OP, Attrs.of("transposeB", true), unit(f, a), unit(f, b)),
            1 / temperature);
    Value rows = diagonal(g, f.logSoftmax(logits, 1));
    Value columns = diagonal(g, f.logSoftmax(logits, 0));
    return f.mul(f.mean(f.add(rows, columns)), -0.5);
  }

  private static Value unit(Formula f, Value x) {
    Value squares =
        f.b()
            .add(
                ReduceSum.OP,
                Attrs.of("keepDims", true),
                f.square(x),
                f.b().constant(Tensor.vector(-1)));
    return f.div(x, f.max(f.sqrt(squares), 1e-12));
  }

  private static Value diagonal(GraphBuilder g, Value x) {
    return g.add(Einsum.OP, Attrs.of("equation", "ii->i"), x);
  }

  private PairLosses() {}
}
