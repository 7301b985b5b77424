package dev.gatun.train;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.train.net.Input;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes the inputs of a graph from the fields of a batch: types, missing axes of size 1. */
final class Feeder {
  /** The wanted fields as the graph wants them; all problems are in the message. */
  static Map<String, Tensor> feed(Map<String, Tensor> fields, List<Input> wanted) {
    List<String> problems = new ArrayList<>();
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (Input input : wanted) {
      Tensor field = fields.get(input.name());
      if (field == null) {
        problems.add("the batch has no field '" + input.name() + "', only " + fields.keySet());
      } else {
        try {
          inputs.put(input.name(), converted(field, input));
        } catch (GatunException e) {
          problems.add(String.valueOf(e.getMessage()));
        }
      }
    }
    if (!problems.isEmpty()) {
      throw new ShapeException(String.join("; ", problems));
    }
    return inputs;
  }

  private static Tensor converted(Tensor field, Input input) {
    Shape shape = shaped(field, input);
    Tensor value = field.shape().equals(shape) ? field : field.reshape(shape);
    if (value.dtype() == input.dtype()) {
      return value;
    }
    boolean good =
        input.dtype().isFloat()
            ? value.dtype().isNumber() || value.dtype() == DType.BOOL
            : input.dtype().isInteger()
                && (value.dtype().isInteger() || value.dtype() == DType.BOOL);
    if (!good) {
      throw new ShapeException(
          "field '" + input.name() + "' is " + field.type() + ", needed is " + input.dtype());
    }
    TensorBuilder builder = new TensorBuilder(input.dtype(), value.shape());
    for (long i = 0; i < value.elements(); i++) {
      if (input.dtype().isFloat()) {
        builder.set(i, value.getDouble(i));
      } else {
        builder.set(i, value.getLong(i));
      }
    }
    return builder.build();
  }

  /** The shape of the field in which axes of size 1 are where the graph wants them. */
  private static Shape shaped(Tensor field, Input input) {
    Shape found = field.shape();
    long[] sizes = new long[input.shape().rank() + 1];
    boolean same = found.rank() == sizes.length;
    long elements = 1;
    for (int i = 1; i < sizes.length; i++) {
      sizes[i] = input.shape().size(i - 1);
      same = same && (sizes[i] < 0 || found.size(i) == sizes[i]);
      elements *= sizes[i];
    }
    if (same) {
      return found;
    }
    if (found.rank() > 0) {
      sizes[0] = found.size(0);
      boolean fits =
          input.shape().isFixed()
              && elements * sizes[0] == found.elements()
              && withoutOnes(found, 1).equals(withoutOnes(input.shape(), 0));
      if (fits) {
        return Shape.of(sizes);
      }
    }
    throw new ShapeException(
        "field '"
            + input.name()
            + "' is "
            + field.type()
            + ", but a sample must be "
            + input.dtype()
            + input.shape());
  }

  private static List<Long> withoutOnes(Shape shape, int from) {
    List<Long> sizes = new ArrayList<>();
    for (int i = from; i < shape.rank(); i++) {
      if (shape.size(i) != 1) {
        sizes.add(shape.size(i));
      }
    }
    return sizes;
  }

  private Feeder() {}
}
