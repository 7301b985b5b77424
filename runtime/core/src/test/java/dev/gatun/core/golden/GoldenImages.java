package dev.gatun.core.golden;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Golden operators over images: convolution, pooling, resampling, padding, channel norms. */
final class GoldenImages {
  static void add(Map<String, GoldenOps.Builder> map) {
    for (int rank = 1; rank <= 3; rank++) {
      String suffix = rank + "d";
      GoldenOps.one(map, "conv" + suffix, GoldenImages::conv);
      GoldenOps.one(map, "conv_transpose" + suffix, GoldenImages::convTranspose);
      GoldenOps.one(map, "max_pool" + suffix, c -> pool(c, "maxPool"));
      GoldenOps.one(map, "avg_pool" + suffix, c -> pool(c, "averagePool"));
      GoldenOps.one(map, "adaptive_avg_pool" + suffix, GoldenImages::adaptive);
      GoldenOps.one(map, "global_avg_pool" + suffix, c -> c.node("globalAveragePool", c.in(0)));
    }
    GoldenOps.one(map, "interpolate", GoldenImages::interpolate);
    GoldenOps.one(
        map,
        "pixel_shuffle",
        c ->
            c.node(
                "depthToSpace",
                Attrs.of("blockSize", c.integer("factor", 2), "mode", "CRD"),
                c.in(0)));
    GoldenOps.one(map, "pad", GoldenImages::pad);
    GoldenOps.one(map, "grid_sample", GoldenImages::gridSample);
    GoldenOps.one(map, "unfold", GoldenImages::unfold);
    GoldenOps.one(map, "batch_norm_train", GoldenImages::batchNormTrain);
    GoldenOps.one(map, "batch_norm_eval", GoldenImages::batchNorm);
    GoldenOps.one(map, "group_norm", GoldenImages::groupNorm);
    GoldenOps.one(map, "instance_norm", GoldenImages::instanceNorm);
    GoldenOps.one(map, "local_response_norm", GoldenImages::localResponseNorm);
  }

  private static int spatial(GoldenCase c) {
    return c.rank(c.in("x")) - 2;
  }

  /** The same padding on both sides, one-sided with padding_left or padding_right. */
  private static long[] pads(GoldenCase c, int axes) {
    long[] begin = c.isText("padding") ? new long[axes] : c.longs("padding", axes, 0);
    long[] pads = Arrays.copyOf(begin, 2 * axes);
    System.arraycopy(begin, 0, pads, axes, axes);
    if (c.has("padding_left") || c.has("padding_right")) {
      System.arraycopy(c.longs("padding_left", axes, 0), 0, pads, 0, axes);
      System.arraycopy(c.longs("padding_right", axes, 0), 0, pads, axes, axes);
    }
    return pads;
  }

  private static Value conv(GoldenCase c) {
    int axes = spatial(c);
    Attrs attrs =
        Attrs.of(
            "strides", c.longs("stride", axes, 1),
            "dilations", c.longs("dilation", axes, 1),
            "groups", c.integer("groups", 1));
    // PyTorch's "same" puts the odd element at the end.
    attrs =
        c.isText("padding") && c.text("padding", "").equals("same")
            ? attrs.with("autoPad", "SAME_UPPER")
            : attrs.with("pads", pads(c, axes));
    return c.node("conv", attrs, c.in("x"), c.in("w"), c.optional("b"));
  }

  private static Value convTranspose(GoldenCase c) {
    int axes = spatial(c);
    return c.node(
        "convTranspose",
        Attrs.of(
            "strides", c.longs("stride", axes, 1),
            "pads", pads(c, axes),
            "dilations", c.longs("dilation", axes, 1),
            "outputPadding", c.longs("output_padding", axes, 0),
            "groups", c.integer("groups", 1)),
        c.in("x"),
        c.in("w"),
        c.optional("b"));
  }

  private static Value pool(GoldenCase c, String op) {
    int axes = spatial(c);
    long[] kernel = c.longs("kernel", axes, 1);
    Attrs attrs =
        Attrs.of(
            "kernel", kernel,
            "strides", c.has("stride") ? c.longs("stride", axes, 1) : kernel,
            "pads", pads(c, axes),
            "dilations", c.longs("dilation", axes, 1),
            "ceilMode", c.flag("ceil_mode", false));
    if (op.equals("averagePool")) {
      attrs = attrs.with("countIncludePad", c.flag("count_include_pad", true));
    }
    return c.node(op, attrs, c.in("x"));
  }

  private static Value adaptive(GoldenCase c) {
    long[] output = c.longs("output", spatial(c), 1);
    for (int i = 0; i < output.length; i++) {
      long same = c.in("x").tensorType().shape().size(i + 2);
      output[i] = output[i] == Long.MAX_VALUE ? same : output[i]; // null keeps the size
    }
    return c.node("adaptiveAveragePool", Attrs.of("output", output), c.in("x"));
  }

  private static Value interpolate(GoldenCase c) {
    int axes = spatial(c);
    long[] axis = new long[axes];
    for (int i = 0; i < axes; i++) {
      axis[i] = i + 2L;
    }
    boolean corners = c.flag("align_corners", false);
    Attrs attrs = Attrs.of("axes", axis, "antialias", c.flag("antialias", false));
    String mode = c.text("mode", "nearest");
    attrs =
        switch (mode) {
          case "nearest" -> attrs.with("coordinateMode", "asymmetric").with("nearestMode", "floor");
          case "nearest-exact" -> attrs.with("nearestMode", "round_prefer_ceil");
          case "linear", "bilinear", "trilinear" -> attrs.with("mode", "linear");
          // PyTorch's antialiased cubic has Pillow's parameter.
          case "bicubic" ->
              attrs.with("mode", "cubic").with("cubicA", c.flag("antialias", false) ? -0.5 : -0.75);
          default -> throw new IllegalArgumentException("interpolation mode " + mode);
        };
    if (!mode.startsWith("nearest")) {
      attrs = attrs.with("coordinateMode", corners ? "align_corners" : "half_pixel");
    }
    // PyTorch leaves out what an antialiasing filter finds outside the image.
    attrs = attrs.with("excludeOutside", c.flag("antialias", false));
    if (c.has("size")) {
      return c.node("resize", attrs, c.in("x"), Value.ABSENT, c.vector(c.longs("size", axes, 1)));
    }
    double[] factors = c.reals(c.has("scale_factor") ? "scale_factor" : "scale", axes);
    Value scales = c.builder().constant(Tensor.rounded(DType.F64, Shape.of(axes), factors));
    return c.node("resize", attrs, c.in("x"), scales);
  }

  /** Pads of the last axis first: left, right, top, bottom, ... */
  private static Value pad(GoldenCase c) {
    long[] pads = c.longs("pads");
    int axes = pads.length / 2;
    long[] axis = new long[axes];
    long[] ordered = new long[pads.length];
    for (int i = 0; i < axes; i++) {
      axis[i] = -1L - i;
      ordered[i] = pads[2 * i];
      ordered[axes + i] = pads[2 * i + 1];
    }
    String mode =
        switch (c.text("mode", "constant")) {
          case "replicate" -> "edge";
          case "circular" -> "wrap";
          default -> c.text("mode", "constant");
        };
    return c.node(
        "pad",
        Attrs.of("mode", mode),
        c.in("x"),
        c.vector(ordered),
        c.number(c.in("x"), c.real("value", 0)),
        c.vector(axis));
  }

  private static Value gridSample(GoldenCase c) {
    String mode =
        switch (c.text("mode", "bilinear")) {
          case "bilinear" -> "linear";
          case "bicubic" -> "cubic";
          default -> c.text("mode", "bilinear");
        };
    return c.node(
        "gridSample",
        Attrs.of(
            "mode", mode,
            "padding", c.text("padding", "zeros"),
            "alignCorners", c.flag("align_corners", false)),
        c.in("x"),
        c.in("grid"));
  }

  private static Value unfold(GoldenCase c) {
    int axes = spatial(c);
    return c.node(
        "unfold",
        Attrs.of(
            "kernel", c.longs("kernel", axes, 1),
            "strides", c.longs("stride", axes, 1),
            "pads", pads(c, axes),
            "dilations", c.longs("dilation", axes, 1)),
        c.in("x"));
  }

  private static Attrs epsilon(GoldenCase c) {
    return Attrs.of("epsilon", c.real("eps", 1e-5));
  }

  /** A weight of ones or a bias of zeros where the case has none. */
  private static Value parameter(GoldenCase c, String name, double byDefault) {
    if (c.hasInput(name)) {
      return c.in(name);
    }
    Value x = c.in("x");
    long channels = x.tensorType().shape().size(1);
    double[] values = new double[(int) channels];
    Arrays.fill(values, byDefault);
    return c.builder().constant(Tensor.rounded(x.tensorType().dtype(), Shape.of(channels), values));
  }

  private static Value batchNormTrain(GoldenCase c) {
    return c.node(
        "batchNormTrain", epsilon(c), c.in("x"), parameter(c, "w", 1), parameter(c, "b", 0));
  }

  private static Value batchNorm(GoldenCase c) {
    return c.node(
        "batchNorm",
        epsilon(c),
        c.in("x"),
        parameter(c, "w", 1),
        parameter(c, "b", 0),
        c.in("mean"),
        c.in("var"));
  }

  private static Value groupNorm(GoldenCase c) {
    return c.node(
        "groupNorm",
        epsilon(c).with("groups", c.integer("groups", 1)),
        c.in("x"),
        parameter(c, "w", 1),
        parameter(c, "b", 0));
  }

  private static Value instanceNorm(GoldenCase c) {
    return c.node(
        "instanceNorm", epsilon(c), c.in("x"), parameter(c, "w", 1), parameter(c, "b", 0));
  }

  /** An even window has its odd channel before in PyTorch and behind in ONNX: turned around. */
  private static Value localResponseNorm(GoldenCase c) {
    long size = c.integer("size", 5);
    Attrs attrs =
        Attrs.of(
            "size", size,
            "alpha", c.real("alpha", 1e-4),
            "beta", c.real("beta", 0.75),
            "bias", c.real("k", 1));
    if (size % 2 != 0) {
      return c.node("lrn", attrs, c.in("x"));
    }
    Attrs channels = Attrs.of("axes", List.of(1L));
    return c.node("flip", channels, c.node("lrn", attrs, c.node("flip", channels, c.in("x"))));
  }

  private GoldenImages() {}
}
