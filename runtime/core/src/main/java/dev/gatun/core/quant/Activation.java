package dev.gatun.core.quant;

import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.DequantizeLinear;
import dev.gatun.core.op.QuantizeLinear;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;

/** How an activation becomes uint8: value = (integer - zero) * scale. */
record Activation(float scale, int zero) {
  /** The value as its integer says it: quantizeLinear, then dequantizeLinear. */
  Value rounded(Value value, GraphBuilder b) {
    Value by = b.constant(value.name() + ".scale", Tensor.scalar(DType.F32, scale));
    Value from = b.constant(value.name() + ".zero", Tensor.scalar(DType.U8, zero));
    return b.add(DequantizeLinear.OP, b.add(QuantizeLinear.OP, value, by, from), by, from);
  }
}
