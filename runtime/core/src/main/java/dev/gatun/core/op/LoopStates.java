package dev.gatun.core.op;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;

/** Types of values that a body takes and gives back in each step: the widest of all steps. */
final class LoopStates {
  private static final int MAX_TRIES = 16;

  /**
   * Types of the body's outputs when the states may have any type they take on the way.
   *
   * @param before types of the body's inputs before the first state
   * @param initial types of the states
   * @param after types of the body's inputs after the last state
   * @param first which output of the body is the first state
   */
  static List<Type> outputs(
      Operands in, Graph body, List<Type> before, List<Type> initial, List<Type> after, int first) {
    int count = initial.size();
    List<Type> states = new ArrayList<>(initial);
    in.require(
        body.outputs().size() >= first + count,
        "the body has %d outputs for %d states",
        body.outputs().size(),
        count);
    for (int attempt = 0; ; attempt++) {
      List<Type> inputs = new ArrayList<>(before);
      inputs.addAll(states);
      inputs.addAll(after);
      List<Type> outputs = new ArrayList<>(Subgraphs.outputs(in, body, inputs));
      boolean changed = false;
      for (int i = 0; i < count; i++) {
        Type joined = Type.join(states.get(i), outputs.get(first + i));
        if (!joined.equals(states.get(i))) {
          states.set(i, attempt < MAX_TRIES ? joined : unranked(joined));
          changed = true;
        }
      }
      if (!changed) {
        for (int i = 0; i < count; i++) {
          // A loop that starts with an optional and goes on with plain values ends with those.
          boolean plain = !(outputs.get(first + i) instanceof Type.OfOptional);
          if (!(states.get(i) instanceof Type.OfOptional) || !plain) {
            outputs.set(first + i, states.get(i));
          }
        }
        return outputs;
      }
    }
  }

  private static Type unranked(Type type) {
    return switch (type) {
      case Type.OfTensor(DType dtype, Shape shape) -> Type.tensor(dtype, Shape.UNRANKED);
      case Type.OfSequence(Type element) -> new Type.OfSequence(unranked(element));
      case Type.OfOptional(Type element) -> new Type.OfOptional(unranked(element));
      case Type.OfMap(DType key, Type value) -> new Type.OfMap(key, unranked(value));
    };
  }

  private LoopStates() {}
}
