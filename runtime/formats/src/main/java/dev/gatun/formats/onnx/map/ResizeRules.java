package dev.gatun.formats.onnx.map;

import static java.util.Map.entry;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** Resize and its predecessor Upsample. */
final class ResizeRules {
  static final Map<String, Rule> TABLE =
      Map.ofEntries(entry("Resize", ResizeRules::resize), entry("Upsample", ResizeRules::upsample));

  // What resizing meant before opset 11: output position times 1/scale, rounded down.
  private static Attrs old(OnnxNode n) {
    String mode = n.text("mode", "nearest");
    return Attrs.of(
        "mode",
        mode.equals("bilinear") ? "linear" : mode,
        "coordinateMode",
        "asymmetric",
        "nearestMode",
        "floor");
  }

  private static List<Value> resize(OnnxNode n) {
    if (n.version() < 11) {
      return n.op("resize", old(n), n.in(0), n.in(1));
    }
    Attrs attrs =
        Attrs.of(
            "mode",
            n.text("mode", "nearest"),
            "coordinateMode",
            n.text("coordinate_transformation_mode", "half_pixel"),
            "nearestMode",
            n.text("nearest_mode", "round_prefer_floor"),
            "cubicA",
            n.real("cubic_coeff_a", -0.75),
            "excludeOutside",
            n.flag("exclude_outside", false),
            "extrapolation",
            n.real("extrapolation_value", 0),
            "antialias",
            n.flag("antialias", false),
            "aspectPolicy",
            n.text("keep_aspect_ratio_policy", "stretch"));
    if (n.hasAttr("axes")) {
      attrs = attrs.with("axes", n.integers("axes"));
    }
    return n.op("resize", attrs, n.in(0), given(n, 2), given(n, 3), given(n, 1));
  }

  // Opset 11 demands the inputs that are not used; they are then empty.
  private static Value given(OnnxNode n, int input) {
    Value value = n.optional(input);
    boolean empty = !value.isAbsent() && value.constant().map(Tensor::elements).orElse(1L) == 0;
    boolean none =
        !value.isAbsent()
            && value.tensorType().shape().isFixed()
            && value.tensorType().shape().elements() == 0;
    return empty || none ? Value.ABSENT : value;
  }

  private static List<Value> upsample(OnnxNode n) {
    if (n.version() >= 9) {
      return n.op("resize", old(n), n.in(0), n.in(1));
    }
    double[] scales =
        n.version() < 7
            ? new double[] {1, 1, n.real("height_scale"), n.real("width_scale")}
            : n.reals("scales");
    float[] floats = new float[scales.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) scales[i];
    }
    return n.op("resize", old(n), n.in(0), n.constant(Tensor.of(floats, floats.length)));
  }

  private ResizeRules() {}
}
