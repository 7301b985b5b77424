package dev.gatun.formats.onnx.map;

import static java.util.Map.entry;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import java.util.List;
import java.util.Map;

/** Operators of detectors and image models. */
final class VisionRules {
  static final Map<String, Rule> TABLE =
      Map.ofEntries(
          entry(
              "AffineGrid",
              n ->
                  n.op(
                      "affineGrid",
                      Attrs.of("alignCorners", n.flag("align_corners", false)),
                      n.in(0),
                      n.in(1))),
          entry("Col2Im", VisionRules::col2im),
          entry("GridSample", VisionRules::gridSample),
          entry(
              "NonMaxSuppression",
              n ->
                  n.op(
                      "nonMaxSuppression",
                      Attrs.of("centerPoint", n.flag("center_point_box", false)),
                      n.in(0),
                      n.in(1),
                      n.optional(2),
                      n.optional(3),
                      n.optional(4))),
          entry("RoiAlign", VisionRules::roiAlign));

  private static List<Value> col2im(OnnxNode n) {
    Attrs attrs = Attrs.NONE;
    for (String name : List.of("dilations", "pads", "strides")) {
      if (n.hasAttr(name)) {
        attrs = attrs.with(name, n.integers(name));
      }
    }
    return n.op("col2im", attrs, n.in(0), n.in(1), n.in(2));
  }

  private static List<Value> gridSample(OnnxNode n) {
    String mode = n.text("mode", "linear");
    return n.op(
        "gridSample",
        Attrs.of(
            "mode",
            switch (mode) {
              case "bilinear" -> "linear"; // the names before opset 20
              case "bicubic" -> "cubic";
              default -> mode;
            },
            "padding",
            n.text("padding_mode", "zeros"),
            "alignCorners",
            n.flag("align_corners", false)),
        n.in(0),
        n.in(1));
  }

  private static List<Value> roiAlign(OnnxNode n) {
    String byDefault = n.version() < 16 ? "output_half_pixel" : "half_pixel";
    return n.op(
        "roiAlign",
        Attrs.of(
            "mode",
            n.text("mode", "avg"),
            "outputHeight",
            n.integer("output_height", 1),
            "outputWidth",
            n.integer("output_width", 1),
            "samplingRatio",
            n.integer("sampling_ratio", 0),
            "spatialScale",
            n.real("spatial_scale", 1),
            "halfPixel",
            n.text("coordinate_transformation_mode", byDefault).equals("half_pixel")),
        n.in(0),
        n.in(1),
        n.in(2));
  }

  private VisionRules() {}
}
