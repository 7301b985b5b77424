package dev.gatun.formats.onnx.export;

import static dev.gatun.formats.onnx.export.Given.same;
import static java.util.Map.entry;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Layers: products, convolutions, pooling, normalization, recurrence, quantization, losses. */
final class LayerExport {
  static final Map<String, ExportRule> TABLE =
      Map.ofEntries(
          entry("averagePool", pool("AveragePool", "count_include_pad", "countIncludePad")),
          entry("batchNorm", same("BatchNormalization", "epsilon", "epsilon")),
          entry("conv", same("Conv", convolution())),
          entry(
              "convTranspose",
              same(
                  "ConvTranspose",
                  convolution("output_padding", "outputPadding", "output_shape", "outputShape"))),
          entry("deformConv", same("DeformConv", convolution("offset_group", "offsetGroups"))),
          entry("dequantizeLinear", LayerExport::dequantize),
          entry("dynamicQuantizeLinear", same("DynamicQuantizeLinear")),
          entry("einsum", same("Einsum", "equation", "equation")),
          entry(
              "gemm",
              same(
                  "Gemm",
                  "alpha",
                  "alpha",
                  "beta",
                  "beta",
                  "transA",
                  "transposeA",
                  "transB",
                  "transposeB")),
          entry("globalAveragePool", spatial("GlobalAveragePool")),
          entry("globalLpPool", spatial("GlobalLpPool", "p", "p")),
          entry("globalMaxPool", spatial("GlobalMaxPool")),
          entry(
              "groupNorm",
              same("GroupNormalization", "num_groups", "groups", "epsilon", "epsilon")),
          entry("gru", recurrent("GRU", "linear_before_reset", "linearBeforeReset")),
          entry("hardmax", same("Hardmax", "axis", "axis")),
          entry("instanceNorm", spatial("InstanceNormalization", "epsilon", "epsilon")),
          entry("layerNorm", LayerExport::layerNorm),
          entry("logSoftmax", same("LogSoftmax", "axis", "axis")),
          entry("lpNorm", same("LpNormalization", "axis", "axis", "p", "p")),
          entry("lpPool", pool("LpPool", "p", "p")),
          entry(
              "lrn", same("LRN", "size", "size", "alpha", "alpha", "beta", "beta", "bias", "bias")),
          entry("lstm", recurrent("LSTM", "input_forget", "inputForget")),
          entry("matmul", LayerExport::matmul),
          entry("maxPool", pool("MaxPool", "storage_order", "storageOrder")),
          entry(
              "maxUnpool",
              same("MaxUnpool", "kernel_shape", "kernel", "strides", "strides", "pads", "pads")),
          entry("meanVarianceNorm", same("MeanVarianceNormalization", "axes", "axes")),
          entry(
              "negativeLogLikelihood",
              same(
                  "NegativeLogLikelihoodLoss",
                  "reduction",
                  "reduction",
                  "ignore_index",
                  "ignoreIndex")),
          entry("quantizeLinear", LayerExport::quantize),
          entry("rnn", recurrent("RNN")),
          entry("softmax", same("Softmax", "axis", "axis")),
          entry(
              "softmaxCrossEntropy",
              same(
                  "SoftmaxCrossEntropyLoss",
                  "reduction",
                  "reduction",
                  "ignore_index",
                  "ignoreIndex")));

  private static String[] convolution(String... more) {
    return joined(
        more,
        "auto_pad",
        "autoPad",
        "strides",
        "strides",
        "pads",
        "pads",
        "dilations",
        "dilations",
        "group",
        "groups");
  }

  private static String[] joined(String[] more, String... names) {
    List<String> all = new ArrayList<>(List.of(names));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private static ExportRule pool(String type, String... more) {
    return same(
        type,
        joined(
            more,
            "auto_pad",
            "autoPad",
            "kernel_shape",
            "kernel",
            "strides",
            "strides",
            "pads",
            "pads",
            "dilations",
            "dilations",
            "ceil_mode",
            "ceilMode"));
  }

  /** ONNX wants at least one axis behind batch and channels. */
  private static ExportRule spatial(String type, String... names) {
    ExportRule rule = same(type, names);
    return n -> n.shape(0).isRanked() && n.shape(0).rank() > 2 ? rule.write(n) : List.of();
  }

  private static ExportRule recurrent(String type, String... more) {
    return same(
        type,
        joined(
            more,
            "hidden_size",
            "hidden",
            "direction",
            "direction",
            "layout",
            "layout",
            "activations",
            "activations",
            "activation_alpha",
            "activationAlpha",
            "activation_beta",
            "activationBeta",
            "clip",
            "clip"));
  }

  private static List<String> matmul(ExportNode n) {
    boolean a = n.attrs().flag("transposeA");
    boolean b = n.attrs().flag("transposeB");
    boolean matrices =
        n.shape(0).isRanked()
            && n.shape(1).isRanked()
            && n.shape(0).rank() == 2
            && n.shape(1).rank() == 2;
    if ((a || b) && matrices && n.dtype(0).isFloat()) {
      return n.op("Gemm", Map.of("transA", a, "transB", b), n.inputs());
    }
    return n.op("MatMul", a ? turned(n, 0) : n.in(0), b ? turned(n, 1) : n.in(1));
  }

  /** The last two axes exchanged; a vector stays one. */
  private static String turned(ExportNode n, int i) {
    int rank = n.shape(i).rank();
    if (rank < 2) {
      return n.in(i);
    }
    List<Long> order = new ArrayList<>();
    for (long axis = 0; axis < rank; axis++) {
      order.add(axis < rank - 2 ? axis : 2 * rank - 3 - axis);
    }
    return n.add("Transpose", Map.of("perm", order), n.in(i));
  }

  /** ONNX wants a scale: ones if there is none. */
  private static List<String> layerNorm(ExportNode n) {
    Map<String, Object> attributes = Given.of(n.attrs(), "axis", "axis", "epsilon", "epsilon");
    String scale = n.has(1) ? n.in(1) : ones(n);
    return n.op("LayerNormalization", attributes, n.in(0), scale, n.has(2) ? n.in(2) : "");
  }

  private static String ones(ExportNode n) {
    Tensor one = Tensor.scalar(n.dtype(0), 1).reshape(Shape.of(1));
    String shape = n.add("Shape", Map.of("start", n.attrs().integer("axis")), n.in(0));
    return n.add("ConstantOfShape", Map.of("value", one), shape);
  }

  /** Until opset 23 the result has the type of the scale. */
  private static List<String> dequantize(ExportNode n) {
    boolean same =
        !n.has(3)
            && (!n.attrs().has("outputDtype") || n.attrs().dtype("outputDtype") == n.dtype(1));
    return same
        ? n.op(
            "DequantizeLinear",
            Given.of(n.attrs(), "axis", "axis", "block_size", "blockSize"),
            n.inputs())
        : List.of();
  }

  private static List<String> quantize(ExportNode n) {
    Map<String, Object> attributes =
        new LinkedHashMap<>(Given.of(n.attrs(), "axis", "axis", "block_size", "blockSize"));
    DType byDefault = n.has(2) ? n.dtype(2) : DType.U8;
    DType to = n.attrs().has("outputDtype") ? n.attrs().dtype("outputDtype") : byDefault;
    if (!n.has(2)) {
      attributes.put("output_dtype", to);
    }
    if (to.name().startsWith("F8")) {
      attributes.put("saturate", n.attrs().flag("saturate"));
    }
    // A scale of another type than the input comes with opset 23.
    return n.dtype(0) == n.dtype(1) || n.dtype(0) == DType.I32
        ? n.op("QuantizeLinear", attributes, n.inputs())
        : List.of();
  }

  private LayerExport() {}
}
