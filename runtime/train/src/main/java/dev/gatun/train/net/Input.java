package dev.gatun.train.net;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * An input of a network.
 *
 * @param shape of one sample, without the batch
 */
public record Input(String name, DType dtype, Shape shape) {
  /** A float32 input. */
  public static Input of(String name, long... sizes) {
    return new Input(name, DType.F32, Shape.of(sizes));
  }

  /** An input of whole numbers, as ids of words are. */
  public static Input ids(String name, long... sizes) {
    return new Input(name, DType.I64, Shape.of(sizes));
  }

  /** The shape of a batch of any size. */
  Shape batched() {
    List<@org.jspecify.annotations.Nullable String> names = new ArrayList<>();
    long[] sizes = new long[shape.rank() + 1];
    names.add("batch");
    sizes[0] = Shape.UNKNOWN;
    for (int i = 0; i < shape.rank(); i++) {
      sizes[i + 1] = shape.size(i);
      names.add(null);
    }
    return Shape.named(sizes, names);
  }
}
