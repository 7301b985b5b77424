package dev.gatun.core.op;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The rounds of {@link Scan} and {@link Loop} one after another, for gradients. */
final class UnrolledLoops {
  static List<Value> scan(GraphBuilder b, Operands in) {
    Graph body = in.attrs().graph("body");
    int states = in.attrs().intValue("stateCount");
    int scans = in.attrs().intValue("scanCount");
    Formula f = new Formula(b);
    List<List<Value>> slices = new ArrayList<>();
    for (int i = 0; i < scans; i++) {
      Shape shape = in.shape(states + i);
      in.require(shape.isFixed(), "has a gradient only if the shapes are known");
      long axis = Scan.entry(in.attrs(), "inputAxes", i);
      long count = shape.size((int) axis);
      List<Value> parts = new ArrayList<>();
      for (long k = 0; k < count; k++) {
        Value part = f.slice(in.value(states + i), axis, k, k + 1, 1);
        parts.add(b.add(Squeeze.OP, part, f.longs(axis)));
      }
      if (Scan.entry(in.attrs(), "inputDirections", i) == 1) {
        Collections.reverse(parts);
      }
      slices.add(parts);
    }
    List<Value> args = new ArrayList<>(in.inputs());
    List<List<Value>> collected = new ArrayList<>();
    int steps = slices.get(0).size();
    in.require(steps > 0, "has a gradient only if there is a step");
    for (int step = 0; step < steps; step++) {
      for (int i = 0; i < scans; i++) {
        args.set(states + i, slices.get(i).get(step));
      }
      List<Value> results = b.inline(body, args);
      for (int i = 0; i < states; i++) {
        args.set(i, results.get(i));
      }
      collected.add(results.subList(states, results.size()));
    }
    List<Value> results = new ArrayList<>(args.subList(0, states));
    for (int i = 0; i < collected.get(0).size(); i++) {
      boolean backwards = Scan.entry(in.attrs(), "outputDirections", i) == 1;
      results.add(stack(f, collected, i, Scan.entry(in.attrs(), "outputAxes", i), backwards));
    }
    return results;
  }

  static List<Value> loop(GraphBuilder b, Operands in) {
    Graph body = in.attrs().graph("body");
    int states = in.attrs().intValue("stateCount");
    long steps = Loop.steps(in, body);
    in.require(steps >= 0, "has a gradient only if the number of rounds does not depend on data");
    Formula f = new Formula(b);
    List<Value> args = new ArrayList<>();
    args.add(Value.ABSENT);
    args.add(b.constant(Tensor.scalar(DType.BOOL, 1)));
    args.addAll(in.inputs().subList(2, in.count()));
    List<List<Value>> collected = new ArrayList<>();
    for (long step = 0; step < steps; step++) {
      args.set(0, b.constant(Tensor.scalar(step)));
      List<Value> results = b.inline(body, args);
      for (int i = 0; i < states; i++) {
        args.set(2 + i, results.get(1 + i));
      }
      collected.add(results.subList(1 + states, results.size()));
    }
    List<Value> results = new ArrayList<>(args.subList(2, 2 + states));
    int scans = body.outputs().size() - 1 - states;
    in.require(steps > 0 || scans == 0, "has a gradient only if there is a round");
    for (int i = 0; i < scans; i++) {
      results.add(stack(f, collected, i, 0, false));
    }
    return results;
  }

  private static Value stack(
      Formula f, List<List<Value>> collected, int output, long axis, boolean backwards) {
    List<Value> parts = new ArrayList<>();
    for (List<Value> round : collected) {
      parts.add(f.unsqueeze(round.get(output), axis));
    }
    if (backwards) {
      Collections.reverse(parts);
    }
    return f.concat(axis, parts.toArray(Value[]::new));
  }

  private UnrolledLoops() {}
}
