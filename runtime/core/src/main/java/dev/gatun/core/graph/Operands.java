package dev.gatun.core.graph;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * What a type rule or a decomposition sees of a node: attributes, input types and constants.
 *
 * @param outputs how many outputs the node asks for
 */
public record Operands(OpDef op, Attrs attrs, List<Value> inputs, int outputs) {
  public int count() {
    return inputs.size();
  }

  /** True when input {@code i} is given. */
  public boolean has(int i) {
    return i < inputs.size() && !inputs.get(i).isAbsent();
  }

  public Value value(int i) {
    return inputs.get(i);
  }

  public Type type(int i) {
    return inputs.get(i).type();
  }

  /** Type of a tensor input; an error for anything else. */
  public Type.OfTensor tensor(int i) {
    if (type(i) instanceof Type.OfTensor tensor) {
      return tensor;
    }
    throw error("input %d must be a tensor, got %s", i, type(i));
  }

  public DType dtype(int i) {
    return tensor(i).dtype();
  }

  public Shape shape(int i) {
    return tensor(i).shape();
  }

  /** The value of a constant input; empty when it is absent or only known at run time. */
  public Optional<Tensor> constant(int i) {
    return has(i) ? inputs.get(i).constant() : Optional.empty();
  }

  /** The integers of a constant input. */
  public Optional<long[]> longs(int i) {
    return constant(i).map(Tensor::toLongs);
  }

  /** An error that names the operator and its input types. */
  public ShapeException error(String format, Object... args) {
    StringJoiner types = new StringJoiner(", ");
    for (Value input : inputs) {
      types.add(input.isAbsent() ? "-" : input.type().toString());
    }
    return new ShapeException(
        "op '"
            + op.name()
            + "': "
            + String.format(Locale.ROOT, format, args)
            + " (inputs: "
            + types
            + ")");
  }

  /** Fails with {@link #error} unless the condition holds. */
  public void require(boolean condition, String format, Object... args) {
    if (!condition) {
      throw error(format, args);
    }
  }
}
