package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * loop(trip?, condition?, states..., captures...) = the states after the last step, then for each
 * further output of the body its values of all steps, stacked along a new first axis.
 *
 * <p>The body maps (step, condition, states..., captures...) to (condition, states..., further...).
 * It runs at most {@code trip} times, while the condition holds; either may be absent. {@code
 * stateCount} says how many states there are.
 */
public final class Loop {
  public static final OpDef OP =
      OpDef.named("loop")
          .inputs(0, Integer.MAX_VALUE)
          .attr("body")
          .attr("stateCount")
          .types(Loop::types)
          .reference(Loop::run)
          .differentiateAs(UnrolledLoops::loop)
          .define();

  private static List<Type> types(Operands in) {
    Graph body = in.attrs().graph("body");
    int states = in.attrs().intValue("stateCount");
    in.require(!in.has(0) || in.dtype(0).isInteger(), "the trip count must be an integer");
    in.require(!in.has(1) || in.dtype(1) == DType.BOOL, "the condition must be boolean");
    in.require(states == 0 || in.count() >= 2 + states, "stateCount is %d", states);
    List<Type> outputs =
        LoopStates.outputs(
            in,
            body,
            List.of(Type.tensor(DType.I64), Type.tensor(DType.BOOL)),
            Subgraphs.inputTypes(in, 2, 2 + states),
            Subgraphs.inputTypes(in, 2 + states, Math.max(in.count(), 2 + states)),
            1);
    List<Type> types = new ArrayList<>(outputs.subList(1, 1 + states));
    for (Type scan : outputs.subList(1 + states, outputs.size())) {
      if (!(scan instanceof Type.OfTensor(DType dtype, Shape shape))) {
        throw in.error("only tensors can be collected, got %s", scan);
      }
      types.add(
          Type.tensor(
              dtype, shape.isRanked() ? Subgraphs.withAxis(shape, 0, steps(in, body)) : shape));
    }
    return types;
  }

  /** How often the body runs, if that is certain. */
  static long steps(Operands in, Graph body) {
    Optional<long[]> trip = in.longs(0);
    if (trip.isEmpty()) {
      return Shape.UNKNOWN;
    }
    Optional<Tensor> start = in.constant(1);
    if (start.isPresent() && !start.get().getBoolean(0)) {
      return 0;
    }
    Value next = body.outputs().get(0);
    while (next.producer().isPresent() && next.producer().get().op() == Identity.OP) {
      next = next.producer().get().input(0);
    }
    boolean kept = next == body.inputs().get(1) && (start.isPresent() || !in.has(1));
    boolean always = next.constant().map(t -> t.getBoolean(0)).orElse(false);
    return kept || always && (start.isPresent() || !in.has(1))
        ? Math.max(0, trip.get()[0])
        : Shape.UNKNOWN;
  }

  private static List<Datum> run(Evaluation in) {
    Graph body = in.attrs().graph("body");
    int states = in.attrs().intValue("stateCount");
    long trip = Long.MAX_VALUE;
    if (in.has(0)) {
      Tensor given = in.tensor(0);
      if (given.elements() != 1 || !given.dtype().isInteger()) {
        throw in.error("the trip count must be one integer, got %s", given.type());
      }
      trip = given.getLong(0);
    }
    boolean goesOn = !in.has(1) || Subgraphs.isTrue(in, in.datum(1));
    List<Datum> args = new ArrayList<>();
    args.add(Tensor.scalar(0));
    args.add(Tensor.scalar(DType.BOOL, 1));
    args.addAll(Subgraphs.inputs(in, 2, Math.max(in.count(), 2 + states)));
    int scans = body.outputs().size() - 1 - states;
    List<List<Tensor>> collected = new ArrayList<>();
    for (int i = 0; i < scans; i++) {
      collected.add(new ArrayList<>());
    }
    for (long step = 0; step < trip && goesOn; step++) {
      Subgraphs.checkInterrupt(in);
      args.set(0, Tensor.scalar(step));
      List<Datum> results = in.run(body, args);
      goesOn = Subgraphs.isTrue(in, results.get(0));
      for (int i = 0; i < states; i++) {
        args.set(2 + i, results.get(1 + i));
      }
      for (int i = 0; i < scans; i++) {
        if (!(results.get(1 + states + i) instanceof Tensor tensor)) {
          throw in.error("only tensors can be collected");
        }
        collected.get(i).add(tensor);
      }
    }
    List<Datum> outputs = new ArrayList<>(args.subList(2, 2 + states));
    for (int i = 0; i < scans; i++) {
      Type item = body.outputs().get(1 + states + i).type();
      outputs.add(Subgraphs.stack(in, collected.get(i), item, 0));
    }
    return outputs;
  }

  private Loop() {}
}
