package dev.gatun.core.op;

import static dev.gatun.core.op.OpChecks.check;
import static dev.gatun.core.op.OpChecks.fails;

import dev.gatun.core.tensor.DType;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuantizationTests {
  @Test
  void roundsTiesToEvenAndClamps() {
    check(
        QuantizeLinear.OP,
        "f32 [0, 1, 3, 5, 1000, -1000]; f32 2; u8 128",
        "u8 [128, 128, 130, 130, 255, 0]");
    check(QuantizeLinear.OP, "f32 [3, -3]; f32 [2]", "u8 [2, 0]");
    check(QuantizeLinear.OP, "f32 [-300, 300]; f32 1", "i8 [-128, 127]", "outputDtype", DType.I8);
    check(QuantizeLinear.OP, "f32 [-9, 9, 2.5]; f32 1; i4 1", "i4 [-8, 7, 3]");
  }

  @Test
  void theQuotientHasThePrecisionOfTheScale() {
    // 0.35f / 0.1f is 3.5 in float32 (to 4) but less in float64 (to 3).
    check(QuantizeLinear.OP, "f32 [0.35]; f32 0.1; u8 0", "u8 [4]");
  }

  @Test
  void scalesByAxisAndByBlock() {
    check(
        QuantizeLinear.OP,
        "f32 [[10, 10], [20, 20]]; f32 [1, 10]; u8 [0, 5]",
        "u8 [[10, 10], [7, 7]]",
        "axis",
        0);
    check(
        DequantizeLinear.OP,
        "u8 [[1, 2, 3]]; f32 [[10, 100]]; u8 [[0, 1]]",
        "f32 [[10, 20, 200]]",
        "axis",
        1,
        "blockSize",
        2);
    check(
        QuantizeLinear.OP,
        "f32 [[1, 2], [3, 4], [5, 60]]; f32 [[1, 1], [1, 10]]",
        "u8 [[1, 2], [3, 4], [5, 6]]",
        "axis",
        0,
        "blockSize",
        2);
    fails(
        QuantizeLinear.OP, "f32 zeros 2 3; f32 [1, 1]; u8 [0, 0]", List.of("3 indices of axis 1"));
  }

  @Test
  void floatingTypes() {
    check(
        QuantizeLinear.OP,
        "f32 [500, -1000, 1]; f32 1",
        "f8e4m3fn [448, -448, 1]",
        "outputDtype",
        DType.F8E4M3FN);
    check(
        QuantizeLinear.OP,
        "f32 [500, 1]; f32 1",
        "f8e4m3fn [nan, 1]",
        "outputDtype",
        DType.F8E4M3FN,
        "saturate",
        false);
    check(DequantizeLinear.OP, "i32 [7, -7]; f32 0.5", "f32 [3.5, -3.5]");
    check(DequantizeLinear.OP, "u8 [130, 0]; f16 2; u8 128", "f16 [4, -256]");
  }

  @Test
  void aDynamicRangeIncludesZero() {
    check(DynamicQuantizeLinear.OP, "f32 [0, 51, 255]", "u8 [0, 51, 255]; f32 1; u8 0");
    check(DynamicQuantizeLinear.OP, "f32 [-255, -51]", "u8 [0, 204]; f32 1; u8 255");
    check(DynamicQuantizeLinear.OP, "f32 [0, 0]", "u8 [0, 0]; f32 1; u8 0");
  }
}
