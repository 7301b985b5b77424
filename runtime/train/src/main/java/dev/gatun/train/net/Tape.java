package dev.gatun.train.net;

import dev.gatun.core.autodiff.Gradients;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A graph that is written while it runs: values can be read at any time, so that the program's own
 * ifs and loops decide what comes next, and gradients are those of what was really computed. Each
 * operator runs once, with the reference code: for experiments and debugging, not for speed.
 */
public final class Tape {
  private final GraphBuilder b = new GraphBuilder("tape");
  private final Interpreter interpreter = new Interpreter();
  private final Map<Value, Datum> known = new HashMap<>();
  private int variables;

  /** A value to begin with, which gradients can be asked for. */
  public Flow variable(Tensor tensor) {
    Value value = b.input("variable" + ++variables, tensor.type());
    known.put(value, tensor);
    return Flow.of(b, value);
  }

  /** What a flow of this tape is. */
  public Tensor now(Flow flow) {
    return evaluate(flow.value());
  }

  /** Gradients of a number. */
  public List<Tensor> gradients(Flow number, Flow... wrt) {
    List<Value> values = new ArrayList<>();
    for (Flow flow : wrt) {
      values.add(flow.value());
    }
    List<Tensor> gradients = new ArrayList<>();
    for (Value gradient : Gradients.of(b, number.value(), values)) {
      gradients.add(evaluate(gradient));
    }
    return gradients;
  }

  private Tensor evaluate(Value wanted) {
    Deque<Value> open = new ArrayDeque<>();
    open.push(wanted);
    while (!open.isEmpty()) {
      Value value = open.element();
      Optional<Node> producer = value.producer();
      if (datum(value) != null) {
        open.pop();
        continue;
      }
      Node node =
          producer.orElseThrow(
              () -> new GatunException("tape: '" + value.name() + "' is not of this tape"));
      boolean ready = true;
      for (Value input : node.inputs()) {
        if (!input.isAbsent() && datum(input) == null) {
          open.push(input);
          ready = false;
        }
      }
      if (ready) {
        run(node);
      }
    }
    if (datum(wanted) instanceof Tensor tensor) {
      return tensor;
    }
    throw new GatunException("tape: '" + wanted.name() + "' is no tensor");
  }

  private @Nullable Datum datum(Value value) {
    Datum datum = known.get(value);
    return datum == null ? value.constantDatum().orElse(null) : datum;
  }

  private void run(Node node) {
    List<@Nullable Datum> args = new ArrayList<>();
    for (Value input : node.inputs()) {
      args.add(input.isAbsent() ? null : datum(input));
    }
    List<? extends Datum> results =
        Interpreter.evaluate(node.op(), node.attrs(), args, node.outputs().size(), interpreter);
    for (int i = 0; i < results.size() && i < node.outputs().size(); i++) {
      known.put(node.outputs().get(i), results.get(i));
    }
  }
}
