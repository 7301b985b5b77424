package dev.gatun.formats.onnx.map;

import static java.util.Map.entry;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Convolutions in all their forms. */
final class ConvolutionRules {
  static final Map<String, Rule> TABLE =
      Map.ofEntries(
          entry("CausalConvWithState", ConvolutionRules::causalConv),
          entry("Conv", n -> n.op("conv", attrs(n), n.in(0), n.in(1), n.optional(2))),
          entry("ConvInteger", ConvolutionRules::convInteger),
          entry("ConvTranspose", ConvolutionRules::convTranspose),
          entry("DeformConv", ConvolutionRules::deformConv),
          entry("QLinearConv", ConvolutionRules::qlinearConv));

  /** Strides, pads, dilations, groups and automatic padding. */
  static Attrs attrs(OnnxNode n) {
    n.ignore("kernel_shape"); // the weight has it
    Attrs attrs = window(n);
    return attrs.with("groups", n.integer("group", 1));
  }

  /** Strides, pads, dilations and automatic padding: what convolution and pooling share. */
  static Attrs window(OnnxNode n) {
    Attrs attrs = Attrs.of("autoPad", n.text("auto_pad", "NOTSET"));
    for (String name : List.of("strides", "dilations")) {
      if (n.hasAttr(name)) {
        attrs = attrs.with(name, n.integers(name));
      }
    }
    boolean explicit = attrs.text("autoPad").equals("NOTSET");
    if (n.hasAttr("pads") && explicit) {
      attrs = attrs.with("pads", n.integers("pads"));
    }
    return attrs;
  }

  private static List<Value> convTranspose(OnnxNode n) {
    Attrs attrs = attrs(n);
    if (n.hasAttr("output_padding")) {
      attrs = attrs.with("outputPadding", n.integers("output_padding"));
    }
    if (n.hasAttr("output_shape")) {
      long[] shape = n.integers("output_shape");
      int spatial = n.shape(1).rank() - 2;
      // Opset 1 exporters wrote batch and channels too.
      attrs =
          attrs.with(
              "outputShape", Arrays.copyOfRange(shape, shape.length - spatial, shape.length));
    }
    return n.op("convTranspose", attrs, n.in(0), n.in(1), n.optional(2));
  }

  private static List<Value> deformConv(OnnxNode n) {
    Attrs attrs = attrs(n).with("offsetGroups", n.integer("offset_group", 1));
    return n.op(
        "deformConv",
        attrs.without("autoPad"),
        n.in(0),
        n.in(1),
        n.in(2),
        n.optional(3),
        n.optional(4));
  }

  // float64 holds the sums of products of 8-bit numbers exactly.
  private static List<Value> convInteger(OnnxNode n) {
    Value x = n.cast(n.in(0), DType.F64);
    Value w = n.cast(n.in(1), DType.F64);
    if (n.has(2)) {
      x = n.add("sub", x, n.cast(n.in(2), DType.F64));
    }
    if (n.has(3)) {
      w = n.add("sub", w, n.cast(perOutput(n, n.in(3)), DType.F64));
    }
    return n.op("cast", Attrs.of("to", DType.I32), n.add("conv", attrs(n), x, w));
  }

  /** One number, or one an output channel of a weight. */
  private static Value perOutput(OnnxNode n, Value parameter) {
    Shape shape = parameter.tensorType().shape();
    int rank = n.shape(n.opType().equals("ConvInteger") ? 1 : 3).rank();
    if (!shape.isRanked() || shape.rank() != 1 || shape.size(0) == 1) {
      return parameter;
    }
    long[] axes = new long[rank - 1];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = i + 1L;
    }
    return n.add("unsqueeze", parameter, n.vector(axes));
  }

  private static List<Value> qlinearConv(OnnxNode n) {
    Value x = real(n, n.in(0), n.in(1), n.in(2));
    Value w = real(n, n.in(3), perOutput(n, n.in(4)), perOutput(n, n.in(5)));
    Value bias = Value.ABSENT;
    if (n.has(8)) {
      Value scale = n.add("mul", n.in(1), n.in(4));
      bias = n.add("mul", n.cast(n.in(8), DType.F32), scale);
    }
    Value y = n.add("conv", attrs(n), x, w, bias);
    return n.op("quantizeLinear", y, n.in(6), n.in(7));
  }

  private static Value real(OnnxNode n, Value x, Value scale, Value zero) {
    Value centered = n.add("sub", n.cast(x, DType.F32), n.cast(zero, DType.F32));
    return n.add("mul", centered, scale);
  }

  /** A depthwise convolution over time that remembers the last kernel - 1 inputs. */
  private static List<Value> causalConv(OnnxNode n) {
    Value x = n.in(0);
    Value w = n.in(1);
    Shape weight = n.shape(1);
    if (!weight.isFixed() || weight.rank() != 3) {
      throw n.unsupported("the weight's shape must be known and have 3 axes, it is %s", weight);
    }
    long keep = weight.size(2) - 1;
    Value padded;
    if (n.has(3)) {
      padded = n.add("concat", Attrs.of("axis", 2), n.in(3), x);
    } else {
      padded = n.add("pad", x, n.vector(0, 0, keep, 0, 0, 0));
    }
    Value y = n.add("conv", Attrs.of("groups", weight.size(0)), padded, w, n.optional(2));
    String activation = n.text("activation", "none");
    y =
        switch (activation) {
          case "none" -> y;
          case "silu", "swish" -> n.add("silu", y);
          default -> throw n.unsupported("activation '%s'", activation);
        };
    Value end = n.add("shapeOf", Attrs.of("start", 2, "end", 3), padded);
    Value begin = n.add("sub", end, n.constant(Tensor.vector(keep)));
    Value state = n.add("slice", padded, begin, end, n.vector(2));
    return List.of(y, state);
  }

  private ConvolutionRules() {}
}
