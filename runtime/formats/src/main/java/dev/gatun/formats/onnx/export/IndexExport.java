package dev.gatun.formats.onnx.export;

import static dev.gatun.formats.onnx.export.Given.same;
import static java.util.Map.entry;

import java.util.List;
import java.util.Map;

/** Gathering, scattering, order and reductions. */
final class IndexExport {
  static final Map<String, ExportRule> TABLE =
      Map.ofEntries(
          entry("argMax", arg("ArgMax")),
          entry("argMin", arg("ArgMin")),
          entry("compress", same("Compress", "axis", "axis")),
          entry("cumSum", IndexExport::cumSum),
          entry("gather", same("Gather", "axis", "axis")),
          entry("gatherElements", same("GatherElements", "axis", "axis")),
          entry("gatherNd", same("GatherND", "batch_dims", "batchDims")),
          entry("nonZero", same("NonZero")),
          entry("oneHot", same("OneHot", "axis", "axis")),
          entry("reduceL1", reduce("ReduceL1")),
          entry("reduceL2", reduce("ReduceL2")),
          entry("reduceLogSum", reduce("ReduceLogSum")),
          entry("reduceLogSumExp", reduce("ReduceLogSumExp")),
          entry("reduceMax", reduce("ReduceMax")),
          entry("reduceMean", reduce("ReduceMean")),
          entry("reduceMin", reduce("ReduceMin")),
          entry("reduceProd", reduce("ReduceProd")),
          entry("reduceSum", reduce("ReduceSum")),
          entry("reduceSumSquare", reduce("ReduceSumSquare")),
          entry(
              "scatterElements", same("ScatterElements", "axis", "axis", "reduction", "reduction")),
          entry("scatterNd", same("ScatterND", "reduction", "reduction")),
          entry("sort", IndexExport::sort),
          entry("topK", same("TopK", "axis", "axis", "largest", "largest", "sorted", "sorted")),
          entry("unique", same("Unique", "axis", "axis", "sorted", "sorted")));

  private static ExportRule arg(String type) {
    return same(type, "axis", "axis", "keepdims", "keepDims", "select_last_index", "selectLast");
  }

  private static ExportRule reduce(String type) {
    return same(type, "keepdims", "keepDims", "noop_with_empty_axes", "noopWithEmptyAxes");
  }

  /** The axis of CumSum is one number, not a list of one. */
  private static List<String> cumSum(ExportNode n) {
    return n.op(
        "CumSum",
        Given.of(n.attrs(), "exclusive", "exclusive", "reverse", "reverse"),
        n.in(0),
        scalar(n, 1));
  }

  /** An input as a single number. */
  static String scalar(ExportNode n, int i) {
    boolean is = n.shape(i).isRanked() && n.shape(i).rank() == 0;
    return is ? n.in(i) : n.add("Reshape", n.in(i), n.vector());
  }

  /** All of an axis, by TopK. */
  private static List<String> sort(ExportNode n) {
    long axis = n.attrs().integer("axis");
    long from = axis < 0 && n.shape(0).isRanked() ? axis + n.shape(0).rank() : axis;
    String length =
        from < 0
            ? n.add("Gather", n.add("Shape", n.in(0)), n.vector(axis))
            : n.add("Shape", Map.of("start", from, "end", from + 1), n.in(0));
    return n.op(
        "TopK",
        Map.of("axis", axis, "largest", n.attrs().flag("descending"), "sorted", true),
        n.in(0),
        length);
  }

  private IndexExport() {}
}
