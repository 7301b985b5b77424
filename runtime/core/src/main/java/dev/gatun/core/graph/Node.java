package dev.gatun.core.graph;

import java.util.ArrayList;
import java.util.List;

/** One application of an operator; immutable. */
public final class Node {
  private final OpDef op;
  private final Attrs attrs;
  private final String name;
  private final List<Value> inputs;
  private final List<Value> outputs;
  private final int segment;

  Node(OpDef op, Attrs attrs, String name, List<Value> inputs, List<Value> outputs, int segment) {
    this.segment = segment;
    this.op = op;
    this.attrs = attrs;
    this.name = name;
    this.inputs = List.copyOf(inputs);
    this.outputs = List.copyOf(outputs);
    for (int i = 0; i < outputs.size(); i++) {
      outputs.get(i).producedBy(this, i);
    }
  }

  public OpDef op() {
    return op;
  }

  public Attrs attrs() {
    return attrs;
  }

  /** Name in the model file or, without one, that of the first output; for messages. */
  public String name() {
    return name;
  }

  /** Inputs; {@link Value#ABSENT} where an optional one is not given. */
  public List<Value> inputs() {
    return inputs;
  }

  public Value input(int i) {
    return inputs.get(i);
  }

  /** True when input {@code i} is given. */
  public boolean has(int i) {
    return i < inputs.size() && !inputs.get(i).isAbsent();
  }

  public List<Value> outputs() {
    return outputs;
  }

  /** The first output. */
  public Value output() {
    return outputs.get(0);
  }

  /** The {@link Segment} that the node belongs to. */
  public int segment() {
    return segment;
  }

  /**
   * The same application on other inputs, with outputs of its own. No builder knows it, so nothing
   * makes the two one.
   *
   * @param suffix for its name and those of its outputs
   */
  public Node again(List<Value> others, String suffix) {
    List<Value> results = new ArrayList<>();
    for (Value output : outputs) {
      results.add(new Value(output.name() + suffix, output.type(), null));
    }
    return new Node(op, attrs, name + suffix, others, results, segment);
  }

  @Override
  public String toString() {
    return op.name() + " '" + name + "'";
  }
}
