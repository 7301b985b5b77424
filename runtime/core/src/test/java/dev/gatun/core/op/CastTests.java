package dev.gatun.core.op;

import static dev.gatun.core.op.OpChecks.check;
import static dev.gatun.core.op.OpChecks.fails;

import dev.gatun.core.tensor.DType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Conversions between element types. */
class CastTests {
  private static void cast(String from, String to) {
    check(Cast.OP, from, to, "to", Literals.parse(to).dtype());
  }

  private static void wraps(String from, String to) {
    check(Cast.OP, from, to, "to", Literals.parse(to).dtype(), "saturate", false);
  }

  @Test
  void numbersTruncateAndWrap() {
    cast("f32 [1.9, -1.9, 0.5]", "i32 [1, -1, 0]");
    cast("f64 [300.5, -1]", "u8 [44, 255]");
    cast("i64 [300, -1]", "i8 [44, -1]");
    cast("i32 [-1]", "u64 [18446744073709551615]");
    cast("u64 [18446744073709551615]", "f32 [18446744073709551616]");
    cast("f32 [9223372036854775808]", "u64 [9223372036854775808]");
    cast("i64 [9007199254740993]", "f64 [9007199254740992]");
    cast("i32 [7, 8, -9]", "i4 [7, -8, 7]");
    cast("i32 [15, 16, 5]", "u4 [15, 0, 5]");
    cast("f32 [0.5, 0, -0, nan]", "bool [1, 0, 0, 1]");
    cast("bool [0, 1]", "f16 [0, 1]");
    cast("bool [0, 1]", "i64 [0, 1]");
    cast("f32 [1, 2]", "f32 [1, 2]");
    cast("f32 zeros 0 3", "i8 zeros 0 3");
  }

  @Test
  void narrowFloatsRoundToEvenOnce() {
    cast("f32 [65519, 65520, 1e-8, 2049, 2051]", "f16 [65504, inf, 0, 2048, 2052]");
    cast("f32 [1.00390625, 1.01171875, inf]", "bf16 [1, 1.015625, inf]");
    // 1 + 2^-11 + 2^-40 lies above the middle; through float32 it would tie down to 1.
    cast("f64 [1.0004882812509095]", "f16 [1.0009765625]");
  }

  @Test
  void eightBitFloatsSaturateOrOverflow() {
    cast("f32 [464, 1000, -1000, 0.3, nan]", "f8e4m3fn [448, 448, -448, 0.3125, nan]");
    wraps("f32 [464, 465, -1000, 0.3, nan]", "f8e4m3fn [448, nan, nan, 0.3125, nan]");
    cast("f32 [61439, 61440, -1e9]", "f8e5m2 [57344, 57344, -57344]");
    wraps("f32 [61439, 61440, -1e9, nan]", "f8e5m2 [57344, inf, -inf, nan]");
    wraps("f32 [247, 248, -0.0]", "f8e4m3fnuz [240, nan, 0]");
    wraps("f16 [61408, 61440]", "f8e5m2fnuz [57344, nan]");
    cast("f32 [0.25, 0.26, 5, 7, -9]", "f4e2m1 [0, 0.5, 4, 6, -6]");
  }

  @Test
  void powersOfTwoRoundAsAsked() {
    Object[] up = {"to", DType.F8E8M0, "mode", "up"};
    Object[] down = {"to", DType.F8E8M0, "mode", "down"};
    check(Cast.OP, "f32 [3, 4, 0.3]", "f8e8m0 [4, 4, 0.5]", up);
    check(Cast.OP, "f32 [3, 4, 0.3]", "f8e8m0 [2, 4, 0.25]", down);
    cast("f32 [2.9, 3, 5]", "f8e8m0 [2, 4, 4]");
    fails(Cast.OP, "f32 [1]", List.of("mode"), "to", DType.F8E8M0, "mode", "odd");
  }

  @Test
  void stringsReadAndWriteAsNumpyDoes() {
    cast(
        "f32 [0.47892547, 1000000, 1e-7, nan, inf, -inf, -0.0, 1e16, 123456.78, 0.0001]",
        "string ['0.47892547', '1000000.0', '1e-07', 'nan', 'inf', '-inf', '-0.0', '1e+16',"
            + " '123456.78', '1e-04']");
    cast("f64 [0.1, -2.5e-10, 0.0001]", "string ['0.1', '-2.5e-10', '0.0001']");
    cast("i64 [-5]", "string ['-5']");
    cast("bool [0, 1]", "string ['False', 'True']");
    cast(
        "string ['0.5', '1e-7', 'NaN', 'INF', '+INF', '-INF', ' 2 ']",
        "f32 [0.5, 1e-7, nan, inf, inf, -inf, 2]");
    cast("string ['42', '-7.9']", "i32 [42, -7]");
    cast("string ['True', '0', '2']", "bool [1, 0, 1]");
    cast("string ['500']", "f8e4m3fn [448]");
    cast("string ['a']", "string ['a']");
    fails(Cast.OP, "string ['x1']", List.of("x1", "F32"), "to", DType.F32);
  }
}
