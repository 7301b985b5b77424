package dev.gatun.models.part;

import dev.gatun.core.op.Embedding;
import dev.gatun.core.tensor.Shape;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Initializers;
import dev.gatun.train.net.Layers;

/** Layers under the names that state dicts have. */
public final class Pieces {
  /** x W' + b over the last axis. */
  public static Flow linear(Flow x, String name, long units) {
    return linear(x, name, units, true);
  }

  /** As above, maybe without b. */
  public static Flow linear(Flow x, String name, long units, boolean bias) {
    var dense = Layers.dense(units).weights(Initializers.normal(0, 0.02));
    return x.named(name).then(bias ? dense.biases(Initializers.zeros()) : dense.withoutBias());
  }

  /** Layer norm of the last axis. */
  public static Flow norm(Flow x, String name, double epsilon) {
    return x.named(name).then(Layers.layerNorm().epsilon(epsilon));
  }

  /** Root-mean-square norm of the last axis. */
  public static Flow rootNorm(Flow x, String name, double epsilon) {
    return x.named(name).then(Layers.rmsNorm().epsilon(epsilon));
  }

  /** A table of vectors, a parameter of the layer that is being applied. */
  public static Flow table(Flow any, String name, long rows, long width) {
    return any.parameter(name, Shape.of(rows, width), Initializers.normal(0, 0.02));
  }

  /** Rows of a table: ids [B, T] to [B, T, width]. */
  public static Flow rows(Flow table, Flow ids) {
    return table.op(Embedding.OP, ids);
  }

  /** Rows of a table of its own. */
  public static Flow embed(Flow ids, String name, long rows, long width) {
    return rows(table(ids, name + ".weight", rows, width), ids);
  }

  private Pieces() {}
}
