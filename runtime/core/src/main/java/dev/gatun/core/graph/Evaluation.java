package dev.gatun.core.graph;

import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a reference implementation sees: attributes, the inputs' values and who runs subgraphs. */
public final class Evaluation {
  /** Runs a graph on values; the interpreter or, in a session, the compiled form of the graph. */
  public interface Runner {
    /** Values of the graph's outputs for its inputs, in order. */
    List<Datum> run(Graph graph, List<Datum> inputs);
  }

  private final OpDef op;
  private final Attrs attrs;
  private final List<@Nullable Datum> inputs;
  private final int outputs;
  private final Runner runner;
  private @Nullable List<Type> types;

  /** Inputs are null where an optional one is absent. */
  public Evaluation(
      OpDef op, Attrs attrs, List<@Nullable Datum> inputs, int outputs, Runner runner) {
    this.op = op;
    this.attrs = attrs;
    this.inputs = inputs;
    this.outputs = outputs;
    this.runner = runner;
  }

  public Attrs attrs() {
    return attrs;
  }

  /** Number of inputs, absent ones between others included. */
  public int count() {
    return inputs.size();
  }

  /** How many outputs the node has. */
  public int outputs() {
    return outputs;
  }

  public boolean has(int i) {
    return i < inputs.size() && inputs.get(i) != null;
  }

  /** Input {@code i} of any type. */
  public Datum datum(int i) {
    Datum datum = i < inputs.size() ? inputs.get(i) : null;
    if (datum == null) {
      throw error("input %d is missing", i);
    }
    return datum;
  }

  /** Input {@code i} as a tensor. */
  public Tensor tensor(int i) {
    if (datum(i) instanceof Tensor tensor) {
      return tensor;
    }
    throw error("input %d must be a tensor, got %s", i, datum(i).type());
  }

  /** Input {@code i} if it is given. */
  public Optional<Tensor> optional(int i) {
    return has(i) ? Optional.of(tensor(i)) : Optional.empty();
  }

  /**
   * Type of output {@code i} by the operator's type rule for these very inputs: exact unless the
   * sizes depend on data.
   */
  public Type type(int i) {
    List<Type> known = types;
    if (known == null) {
      List<Value> values = new ArrayList<>();
      for (int k = 0; k < inputs.size(); k++) {
        Datum datum = inputs.get(k);
        values.add(datum == null ? Value.ABSENT : new Value("input" + k, datum.type(), datum));
      }
      known = op.infer(new Operands(op, attrs, values, outputs));
      types = known;
    }
    return known.get(i);
  }

  /** The shape of output {@code i}, as {@link #type}. */
  public Shape shape(int i) {
    return tensorType(i).shape();
  }

  /** An empty output {@code i} of its type, to be filled; its sizes must not depend on data. */
  public TensorBuilder builder(int i) {
    Type.OfTensor type = tensorType(i);
    if (!type.isFixed()) {
      throw error("the type of output %d, %s, is not fixed by the inputs", i, type);
    }
    return new TensorBuilder(type.dtype(), type.shape());
  }

  private Type.OfTensor tensorType(int i) {
    if (type(i) instanceof Type.OfTensor tensor) {
      return tensor;
    }
    throw error("output %d is no tensor but %s", i, type(i));
  }

  /** Integers of input {@code i}, as axes and sizes are. */
  public long[] longs(int i) {
    return tensor(i).toLongs();
  }

  /** Runs a subgraph. */
  public List<Datum> run(Graph graph, List<Datum> values) {
    return runner.run(graph, values);
  }

  public Runner runner() {
    return runner;
  }

  /** An error that names the operator. */
  public GatunException error(String format, Object... args) {
    return new GatunException(
        "op '" + op.name() + "': " + String.format(Locale.ROOT, format, args));
  }
}
