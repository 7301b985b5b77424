package dev.gatun.train.net;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;

/**
 * Rows of a table by number: ids [N...] to [N..., width]; {@code weight} [count, width].
 *
 * @param padding a row that gets no gradient, or -1
 */
public record Embedding(long count, long width, long padding, Initializer initializer)
    implements Layer {
  /** The row of a padding id gets no gradient. */
  public Embedding padding(long id) {
    if (id < 0 || id >= count) {
      throw new GatunException("embedding: padding id " + id + " is not one of " + count);
    }
    return new Embedding(count, width, id, initializer);
  }

  /** Other first rows. */
  public Embedding weights(Initializer first) {
    return new Embedding(count, width, padding, first);
  }

  /** The table, for other uses of it (such as an output layer with tied weights). */
  Flow table(Flow x) {
    return x.parameter("weight", Shape.of(count, width), initializer);
  }

  @Override
  public Flow apply(Flow ids) {
    if (!ids.dtype().isInteger()) {
      throw new GatunException("ids must be whole numbers; declare the input as Input.ids");
    }
    Flow rows = table(ids).op(dev.gatun.core.op.Embedding.OP, ids);
    if (padding < 0) {
      return rows;
    }
    Flow isPadding = ids.equal((double) padding).unsqueeze(-1);
    return rows.stop().where(isPadding, rows);
  }
}
