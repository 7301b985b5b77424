package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Indexer;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * scan(states..., scanned..., captures...) = the states after the last step, then for each further
 * output of the body its values of all steps, stacked along {@code outputAxes}.
 *
 * <p>The body maps (states..., slices..., captures...) to (states..., further...): in each step it
 * gets one slice of every scanned input, along {@code inputAxes}. A direction of 1 takes slices
 * from the end, or puts results from the end. There are {@code stateCount} states and {@code
 * scanCount} scanned inputs; axes and directions are 0 when not given.
 */
public final class Scan {
  public static final OpDef OP =
      OpDef.named("scan")
          .inputs(1, Integer.MAX_VALUE)
          .attr("body")
          .attr("stateCount")
          .attr("scanCount")
          .attr("inputAxes", List.of())
          .attr("inputDirections", List.of())
          .attr("outputAxes", List.of())
          .attr("outputDirections", List.of())
          .types(Scan::types)
          .reference(Scan::run)
          .differentiateAs(UnrolledLoops::scan)
          .define();

  static long entry(Attrs attrs, String name, int i) {
    long[] list = attrs.longs(name);
    return list.length == 0 ? 0 : list[i];
  }

  private static void requireLength(Operands in, String name, int length) {
    int found = in.attrs().longs(name).length;
    in.require(found == 0 || found == length, "%s has %d numbers, needs %d", name, found, length);
  }

  private static List<Type> types(Operands in) {
    Graph body = in.attrs().graph("body");
    int states = in.attrs().intValue("stateCount");
    int scans = in.attrs().intValue("scanCount");
    in.require(
        scans > 0 && states >= 0 && in.count() >= states + scans,
        "%d states and %d scanned inputs do not fit",
        states,
        scans);
    int outputs = body.outputs().size() - states;
    requireLength(in, "inputAxes", scans);
    requireLength(in, "inputDirections", scans);
    requireLength(in, "outputAxes", outputs);
    requireLength(in, "outputDirections", outputs);
    long steps = Shape.UNKNOWN;
    List<Type> rest = new ArrayList<>();
    for (int i = 0; i < scans; i++) {
      Shape shape = in.shape(states + i);
      if (!shape.isRanked()) {
        rest.add(Type.tensor(in.dtype(states + i), Shape.UNRANKED));
        continue;
      }
      in.require(shape.rank() > 0, "input %d has no axis to scan", states + i);
      int axis = Axes.one(in, entry(in.attrs(), "inputAxes", i), shape.rank());
      long size = shape.size(axis);
      in.require(
          steps < 0 || size < 0 || steps == size,
          "scanned inputs have %d and %d slices",
          steps,
          size);
      steps = Math.max(steps, size);
      rest.add(Type.tensor(in.dtype(states + i), Subgraphs.withoutAxis(shape, axis)));
    }
    rest.addAll(Subgraphs.inputTypes(in, states + scans, in.count()));
    List<Type> results =
        LoopStates.outputs(in, body, List.of(), Subgraphs.inputTypes(in, 0, states), rest, 0);
    List<Type> types = new ArrayList<>(results.subList(0, states));
    for (int i = 0; i < outputs; i++) {
      if (!(results.get(states + i) instanceof Type.OfTensor(DType dtype, Shape shape))) {
        throw in.error("only tensors can be collected, got %s", results.get(states + i));
      }
      if (shape.isRanked()) {
        int axis = Axes.one(in, entry(in.attrs(), "outputAxes", i), shape.rank() + 1);
        shape = Subgraphs.withAxis(shape, axis, steps);
      }
      types.add(Type.tensor(dtype, shape));
    }
    return types;
  }

  private static List<Datum> run(Evaluation in) {
    Graph body = in.attrs().graph("body");
    int states = in.attrs().intValue("stateCount");
    int scans = in.attrs().intValue("scanCount");
    long steps = steps(in, states, scans);
    List<Datum> args = Subgraphs.inputs(in, 0, in.count());
    int outputs = body.outputs().size() - states;
    List<List<Tensor>> collected = new ArrayList<>();
    for (int i = 0; i < outputs; i++) {
      collected.add(new ArrayList<>());
    }
    for (long step = 0; step < steps; step++) {
      Subgraphs.checkInterrupt(in);
      for (int i = 0; i < scans; i++) {
        boolean backwards = entry(in.attrs(), "inputDirections", i) == 1;
        long at = backwards ? steps - 1 - step : step;
        args.set(states + i, slice(in.tensor(states + i), entry(in.attrs(), "inputAxes", i), at));
      }
      List<Datum> results = in.run(body, args);
      for (int i = 0; i < states; i++) {
        args.set(i, results.get(i));
      }
      for (int i = 0; i < outputs; i++) {
        if (!(results.get(states + i) instanceof Tensor tensor)) {
          throw in.error("only tensors can be collected");
        }
        collected.get(i).add(tensor);
      }
    }
    List<Datum> results = new ArrayList<>(args.subList(0, states));
    for (int i = 0; i < outputs; i++) {
      if (entry(in.attrs(), "outputDirections", i) == 1) {
        Collections.reverse(collected.get(i));
      }
      Type item = body.outputs().get(states + i).type();
      long axis = entry(in.attrs(), "outputAxes", i);
      results.add(Subgraphs.stack(in, collected.get(i), item, axis));
    }
    return results;
  }

  private static long steps(Evaluation in, int states, int scans) {
    long steps = -1;
    for (int i = 0; i < scans; i++) {
      Shape shape = in.tensor(states + i).shape();
      long axis = entry(in.attrs(), "inputAxes", i);
      if (axis < -shape.rank() || axis >= shape.rank()) {
        throw in.error("input %d of shape %s has no axis %d", states + i, shape, axis);
      }
      long size = shape.size((int) axis);
      if (steps >= 0 && steps != size) {
        throw in.error("scanned inputs have %d and %d slices", steps, size);
      }
      steps = size;
    }
    return steps;
  }

  private static Tensor slice(Tensor x, long axis, long at) {
    int k = Axes.at(axis, x.shape().rank());
    long[] strides = Indexer.strides(x.shape());
    long[] rest = new long[strides.length - 1];
    for (int i = 0; i < rest.length; i++) {
      rest[i] = strides[i < k ? i : i + 1];
    }
    return StridedCopy.copy(x, Subgraphs.withoutAxis(x.shape(), k), at * strides[k], rest);
  }

  private Scan() {}
}
