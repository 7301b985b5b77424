package dev.gatun.formats.onnx.map;

import static java.util.Map.entry;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import java.util.List;
import java.util.Map;

/** Quantization. */
final class QuantizationRules {
  static final Map<String, Rule> TABLE =
      Map.ofEntries(
          entry("DequantizeLinear", QuantizationRules::dequantize),
          entry("DynamicQuantizeLinear", n -> n.op("dynamicQuantizeLinear", n.in(0))),
          entry("QuantizeLinear", QuantizationRules::quantize));

  private static Attrs attrs(OnnxNode n) {
    return Attrs.of("axis", n.integer("axis", 1), "blockSize", n.integer("block_size", 0));
  }

  private static List<Value> dequantize(OnnxNode n) {
    Attrs attrs = attrs(n).with("outputDtype", n.dtype("output_dtype", n.dtype(1)));
    return n.op("dequantizeLinear", attrs, n.in(0), n.in(1), n.optional(2));
  }

  private static List<Value> quantize(OnnxNode n) {
    n.ignore("precision");
    DType byDefault = n.has(2) ? n.dtype(2) : DType.U8;
    Attrs attrs =
        attrs(n)
            .with("outputDtype", n.dtype("output_dtype", byDefault))
            .with("saturate", n.flag("saturate", true));
    return n.op("quantizeLinear", attrs, n.in(0), n.in(1), n.optional(2));
  }

  private QuantizationRules() {}
}
