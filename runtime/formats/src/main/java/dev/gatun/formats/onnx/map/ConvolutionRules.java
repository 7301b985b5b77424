package dev.gatun.formats.onnx.map;

import static java.util.Map.entry;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
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
          entry("ConvTranspose", ConvolutionRules::convTranspose),
          entry("DeformConv", ConvolutionRules::deformConv));

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
