package dev.gatun.formats.onnx.export;

import static dev.gatun.formats.onnx.export.Given.same;
import static java.util.Map.entry;

import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Operators that change shapes and move elements. */
final class MovementExport {
  static final Map<String, ExportRule> TABLE =
      Map.ofEntries(
          entry("centerCropPad", same("CenterCropPad", "axes", "axes")),
          entry("concat", same("Concat", "axis", "axis")),
          entry("constantOfShape", same("ConstantOfShape", "value", "value")),
          entry("depthToSpace", blocks("DepthToSpace")),
          entry("expand", same("Expand")),
          entry("eyeLike", same("EyeLike", "dtype", "dtype", "k", "k")),
          entry("flatten", same("Flatten", "axis", "axis")),
          entry("flip", MovementExport::flip),
          entry("pad", same("Pad", "mode", "mode")),
          entry("range", same("Range")),
          entry("reshape", same("Reshape", "allowzero", "allowZero")),
          entry(
              "reverseSequence",
              same("ReverseSequence", "time_axis", "timeAxis", "batch_axis", "batchAxis")),
          entry("shapeOf", same("Shape", "start", "start", "end", "end")),
          entry("sizeOf", same("Size")),
          entry("slice", same("Slice")),
          entry("spaceToDepth", MovementExport::spaceToDepth),
          entry("split", MovementExport::split),
          entry("squeeze", same("Squeeze")),
          entry("tile", same("Tile")),
          entry("transpose", same("Transpose", "perm", "perm")),
          entry("trilu", same("Trilu", "upper", "upper")),
          entry("unsqueeze", same("Unsqueeze")));

  private static ExportRule blocks(String type) {
    return same(type, "blocksize", "blockSize", "mode", "mode");
  }

  /** SpaceToDepth has one order only. */
  private static List<String> spaceToDepth(ExportNode n) {
    return n.attrs().text("mode").equals("DCR")
        ? n.op("SpaceToDepth", Given.of(n.attrs(), "blocksize", "blockSize"), n.in(0))
        : List.of();
  }

  /** From the last element to before the first one. */
  private static List<String> flip(ExportNode n) {
    long[] axes = n.attrs().longs("axes");
    if (axes.length == 0 || n.shape(0).isRanked() && n.shape(0).rank() == 0) {
      return n.op("Identity", n.in(0));
    }
    return n.op(
        "Slice",
        n.in(0),
        filled(n, axes.length, -1),
        filled(n, axes.length, -Long.MAX_VALUE),
        n.vector(axes),
        filled(n, axes.length, -1));
  }

  private static String filled(ExportNode n, int count, long value) {
    long[] values = new long[count];
    Arrays.fill(values, value);
    return n.out().constant(Tensor.vector(values));
  }

  private static List<String> split(ExportNode n) {
    Map<String, Object> attributes = new LinkedHashMap<>(Given.of(n.attrs(), "axis", "axis"));
    if (!n.has(1)) {
      attributes.put("num_outputs", n.attrs().integer("parts"));
    }
    return n.op("Split", attributes, n.inputs());
  }

  private MovementExport() {}
}
