package dev.gatun.core.graph;

import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A value of the graph: an input, a constant or an output of a node; assigned once. */
public final class Value {
  /** Stands for an optional input that is not given. */
  public static final Value ABSENT =
      new Value("", new Type.OfOptional(Type.tensor(dev.gatun.core.tensor.DType.F32)), null);

  private final String name;
  private final Type type;
  private final @Nullable Datum constant;
  private @Nullable Node producer;
  private int index;

  Value(String name, Type type, @Nullable Datum constant) {
    this.name = name;
    this.type = type;
    this.constant = constant;
  }

  /** Called once, by the node that makes this value. */
  void producedBy(Node node, int output) {
    producer = node;
    index = output;
  }

  /** Name in the model file, or made up by the builder; unique in a graph. */
  public String name() {
    return name;
  }

  public Type type() {
    return type;
  }

  /** The tensor type; an error for sequences, optionals and maps. */
  public Type.OfTensor tensorType() {
    if (type instanceof Type.OfTensor tensor) {
      return tensor;
    }
    throw new dev.gatun.core.tensor.ShapeException("value '" + name + "' is no tensor but " + type);
  }

  /** The constant tensor if this is one. */
  public Optional<Tensor> constant() {
    return constant instanceof Tensor tensor ? Optional.of(tensor) : Optional.empty();
  }

  /** The constant of any type if this is one. */
  public Optional<Datum> constantDatum() {
    return Optional.ofNullable(constant);
  }

  /** The node that computes this value; empty for inputs and constants. */
  public Optional<Node> producer() {
    return Optional.ofNullable(producer);
  }

  /** Which output of its producer this is. */
  public int index() {
    return index;
  }

  public boolean isAbsent() {
    return this == ABSENT;
  }

  @Override
  public String toString() {
    return "%" + name + ": " + type;
  }
}
