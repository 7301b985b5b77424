package dev.gatun.train.data;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/** Changes of samples that need no fitting. */
public final class Fields {
  /** Several fields as one float32 vector, in the order given; they are taken out. */
  public static UnaryOperator<Sample> join(String name, List<String> fields) {
    return sample -> {
      int length = 0;
      for (String field : fields) {
        length += Math.toIntExact(sample.get(field).elements());
      }
      float[] joined = new float[length];
      int at = 0;
      Sample rest = sample;
      for (String field : fields) {
        Tensor value = sample.get(field);
        for (int i = 0; i < value.elements(); i++) {
          joined[at++] = value.getFloat(i);
        }
        rest = rest.without(field);
      }
      return rest.with(name, Pixels.wrap(joined, Shape.of(length)));
    };
  }

  private Fields() {}
}
