package dev.gatun.formats.onnx.export;

import static dev.gatun.formats.onnx.export.Given.same;
import static java.util.Map.entry;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Images, signals, linear algebra and random numbers. */
final class SignalExport {
  static final Map<String, ExportRule> TABLE =
      Map.ofEntries(
          entry("affineGrid", same("AffineGrid", "align_corners", "alignCorners")),
          entry("bernoulli", random("Bernoulli", "dtype", "dtype")),
          entry("blackmanWindow", window("BlackmanWindow")),
          entry(
              "col2im",
              same("Col2Im", "strides", "strides", "pads", "pads", "dilations", "dilations")),
          entry("det", same("Det")),
          entry("dft", SignalExport::dft),
          entry(
              "gridSample",
              same(
                  "GridSample",
                  "mode",
                  "mode",
                  "padding_mode",
                  "padding",
                  "align_corners",
                  "alignCorners")),
          entry("hammingWindow", window("HammingWindow")),
          entry("hannWindow", window("HannWindow")),
          entry("melWeightMatrix", same("MelWeightMatrix", "output_datatype", "dtype")),
          entry(
              "multinomial", random("Multinomial", "dtype", "dtype", "sample_size", "sampleSize")),
          entry("nonMaxSuppression", same("NonMaxSuppression", "center_point_box", "centerPoint")),
          entry(
              "randomNormal",
              drawn("RandomNormalLike", "dtype", "dtype", "mean", "mean", "scale", "scale")),
          entry(
              "randomUniform",
              drawn("RandomUniformLike", "dtype", "dtype", "low", "low", "high", "high")),
          entry("resize", SignalExport::resize),
          entry("roiAlign", SignalExport::roiAlign),
          entry("stft", same("STFT", "onesided", "onesided")));

  private static ExportRule window(String type) {
    return same(type, "output_datatype", "dtype", "periodic", "periodic");
  }

  /** Engines draw numbers of their own: a seed would promise what nobody keeps. */
  private static void unseeded(Attrs attrs) {
    if (attrs.has("seed")) {
      throw new GatunException(
          "has a seed, but every engine draws other numbers from it; make it an input");
    }
  }

  private static ExportRule random(String type, String... names) {
    ExportRule rule = same(type, names);
    return n -> {
      unseeded(n.attrs());
      return rule.write(n);
    };
  }

  /** ONNX draws tensors of constant shape or like another one. */
  private static ExportRule drawn(String type, String... names) {
    return n -> {
      unseeded(n.attrs());
      Tensor zero = Tensor.scalar(n.attrs().dtype("dtype"), 0).reshape(Shape.of(1));
      String like = n.add("ConstantOfShape", Map.of("value", zero), n.in(0));
      return n.op(type, Given.of(n.attrs(), names), like);
    };
  }

  private static List<String> dft(ExportNode n) {
    return n.op(
        "DFT",
        Given.of(n.attrs(), "inverse", "inverse", "onesided", "onesided"),
        n.in(0),
        n.has(1) ? IndexExport.scalar(n, 1) : "",
        n.has(2) ? IndexExport.scalar(n, 2) : "");
  }

  /** ONNX has the box before the scales. */
  private static List<String> resize(ExportNode n) {
    return n.op(
        "Resize",
        Given.of(
            n.attrs(),
            "mode",
            "mode",
            "coordinate_transformation_mode",
            "coordinateMode",
            "nearest_mode",
            "nearestMode",
            "cubic_coeff_a",
            "cubicA",
            "exclude_outside",
            "excludeOutside",
            "extrapolation_value",
            "extrapolation",
            "antialias",
            "antialias",
            "keep_aspect_ratio_policy",
            "aspectPolicy",
            "axes",
            "axes"),
        n.in(0),
        n.in(3),
        n.in(1),
        n.in(2));
  }

  private static List<String> roiAlign(ExportNode n) {
    Map<String, Object> attributes =
        new LinkedHashMap<>(
            Given.of(
                n.attrs(),
                "mode",
                "mode",
                "output_height",
                "outputHeight",
                "output_width",
                "outputWidth",
                "sampling_ratio",
                "samplingRatio",
                "spatial_scale",
                "spatialScale"));
    attributes.put(
        "coordinate_transformation_mode",
        n.attrs().flag("halfPixel") ? "half_pixel" : "output_half_pixel");
    return n.op("RoiAlign", attributes, n.inputs());
  }

  private SignalExport() {}
}
