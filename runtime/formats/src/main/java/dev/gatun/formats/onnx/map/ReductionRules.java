package dev.gatun.formats.onnx.map;

import static java.util.Map.entry;

import dev.gatun.core.graph.Attrs;
import java.util.Map;

/** Reductions; axes became an input with opset 13 for ReduceSum, with opset 18 for the others. */
final class ReductionRules {
  static final Map<String, Rule> TABLE =
      Map.ofEntries(
          entry("ReduceL1", reduce("reduceL1", 18)),
          entry("ReduceL2", reduce("reduceL2", 18)),
          entry("ReduceLogSum", reduce("reduceLogSum", 18)),
          entry("ReduceLogSumExp", reduce("reduceLogSumExp", 18)),
          entry("ReduceMax", reduce("reduceMax", 18)),
          entry("ReduceMean", reduce("reduceMean", 18)),
          entry("ReduceMin", reduce("reduceMin", 18)),
          entry("ReduceProd", reduce("reduceProd", 18)),
          entry("ReduceSum", reduce("reduceSum", 13)),
          entry("ReduceSumSquare", reduce("reduceSumSquare", 18)));

  private static Rule reduce(String op, int axesInputSince) {
    return n ->
        n.op(
            op,
            Attrs.of(
                "keepDims",
                n.flag("keepdims", true),
                "noopWithEmptyAxes",
                n.flag("noop_with_empty_axes", false)),
            n.in(0),
            MovementRules.axes(n, axesInputSince));
  }

  private ReductionRules() {}
}
