package dev.gatun.core.op;

import static dev.gatun.core.op.OpChecks.check;
import static dev.gatun.core.op.OpChecks.checkClose;
import static dev.gatun.core.op.OpChecks.fails;

import dev.gatun.core.graph.OpDef;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Unary operators against values that NumPy computed in float64. */
class UnaryTests {
  private static final String X =
      "f32 [-inf, -90, -2.5, -1, -0.5, -0, 0, 0.25, 1, 2.5, 90, inf, nan]";

  record Row(OpDef op, String expected) {
    @Override
    public String toString() {
      return op.name();
    }
  }

  private static Row row(OpDef op, String expected) {
    return new Row(op, expected);
  }

  static Stream<Row> rows() {
    return Stream.of(
        row(Neg.OP, "f32 [inf, 90, 2.5, 1, 0.5, 0, -0, -0.25, -1, -2.5, -90, -inf, nan]"),
        row(Abs.OP, "f32 [inf, 90, 2.5, 1, 0.5, 0, 0, 0.25, 1, 2.5, 90, inf, nan]"),
        row(
            Sqrt.OP,
            "f32 [nan, nan, nan, nan, nan, -0, 0, 0.5, 1, 1.58113885, 9.48683262, inf, nan]"),
        row(
            Exp.OP,
            "f32 [0, 8.19400869e-40, 0.0820849985, 0.36787945, 0.606530666, 1, 1, 1.28402543, 2.71828175, 12.1824942, inf, inf, nan]"),
        row(
            Log.OP,
            "f32 [nan, nan, nan, nan, nan, -inf, -inf, -1.38629436, 0, 0.91629076, 4.49980974, inf, nan]"),
        row(
            Tanh.OP,
            "f32 [-1, -1, -0.986614287, -0.761594176, -0.462117165, -0, 0, 0.244918659, 0.761594176, 0.986614287, 1, 1, nan]"),
        row(
            Erf.OP,
            "f32 [-1, -1, -0.999593019, -0.842700779, -0.520499885, -0, 0, 0.276326388, 0.842700779, 0.999593019, 1, 1, nan]"),
        row(
            Sin.OP,
            "f32 [nan, -0.893996656, -0.598472118, -0.841470957, -0.47942555, -0, 0, 0.247403964, 0.841470957, 0.598472118, 0.893996656, nan, nan]"),
        row(
            Cos.OP,
            "f32 [nan, -0.448073626, -0.801143587, 0.540302277, 0.87758255, 1, 1, 0.968912423, 0.540302277, -0.801143587, -0.448073626, nan, nan]"),
        row(
            Tan.OP,
            "f32 [nan, 1.9952004, 0.747022271, -1.55740774, -0.546302497, -0, 0, 0.255341917, 1.55740774, -0.747022271, -1.9952004, nan, nan]"),
        row(
            Asin.OP,
            "f32 [nan, nan, nan, -1.57079637, -0.52359879, -0, 0, 0.252680242, 1.57079637, nan, nan, nan, nan]"),
        row(
            Acos.OP,
            "f32 [nan, nan, nan, 3.14159274, 2.09439516, 1.57079637, 1.57079637, 1.31811607, 0, nan, nan, nan, nan]"),
        row(
            Atan.OP,
            "f32 [-1.57079637, -1.55968571, -1.19028997, -0.785398185, -0.463647604, -0, 0, 0.244978666, 0.785398185, 1.19028997, 1.55968571, 1.57079637, nan]"),
        row(
            Sinh.OP,
            "f32 [-inf, -inf, -6.05020428, -1.17520118, -0.521095276, -0, 0, 0.252612323, 1.17520118, 6.05020428, inf, inf, nan]"),
        row(
            Cosh.OP,
            "f32 [inf, inf, 6.13228941, 1.54308069, 1.12762594, 1, 1, 1.03141308, 1.54308069, 6.13228941, inf, inf, nan]"),
        row(
            Asinh.OP,
            "f32 [-inf, -5.19298792, -1.6472311, -0.881373584, -0.481211811, -0, 0, 0.24746646, 0.881373584, 1.6472311, 5.19298792, inf, nan]"),
        row(
            Acosh.OP,
            "f32 [nan, nan, nan, nan, nan, nan, nan, nan, 0, 1.56679928, 5.19292593, inf, nan]"),
        row(
            Atanh.OP,
            "f32 [nan, nan, nan, -inf, -0.549306154, -0, 0, 0.255412817, inf, nan, nan, nan, nan]"),
        row(
            Expm1.OP,
            "f32 [-1, -1, -0.917914987, -0.63212055, -0.393469334, -0, 0, 0.284025431, 1.71828187, 11.1824942, inf, inf, nan]"),
        row(
            Log1p.OP,
            "f32 [nan, nan, nan, -inf, -0.693147182, -0, 0, 0.223143548, 0.693147182, 1.25276291, 4.51085949, inf, nan]"),
        row(Floor.OP, "f32 [-inf, -90, -3, -1, -1, -0, 0, 0, 1, 2, 90, inf, nan]"),
        row(Ceil.OP, "f32 [-inf, -90, -2, -1, -0, -0, 0, 1, 1, 3, 90, inf, nan]"),
        row(Round.OP, "f32 [-inf, -90, -2, -1, -0, -0, 0, 0, 1, 2, 90, inf, nan]"),
        row(Sign.OP, "f32 [-1, -1, -1, -1, -1, 0, 0, 1, 1, 1, 1, 1, nan]"),
        row(
            Reciprocal.OP,
            "f32 [-0, -0.0111111114, -0.400000006, -1, -2, -inf, inf, 4, 1, 0.400000006, 0.0111111114, 0, nan]"),
        row(
            Rsqrt.OP,
            "f32 [nan, nan, nan, nan, nan, -inf, inf, 2, 1, 0.632455528, 0.105409257, 0, nan]"),
        row(Square.OP, "f32 [inf, 8100, 6.25, 1, 0.25, 0, 0, 0.0625, 1, 6.25, 8100, inf, nan]"),
        row(Relu.OP, "f32 [0, 0, 0, 0, 0, 0, 0, 0.25, 1, 2.5, 90, inf, nan]"),
        row(
            Sigmoid.OP,
            "f32 [0, 8.19400869e-40, 0.0758581832, 0.268941432, 0.377540678, 0.5, 0.5, 0.562176526, 0.731058598, 0.924141824, 1, 1, nan]"),
        row(
            Softplus.OP,
            "f32 [0, 8.19400869e-40, 0.078889735, 0.313261688, 0.474076986, 0.693147182, 0.693147182, 0.825939417, 1.31326163, 2.57888985, 90, inf, nan]"),
        row(
            Softsign.OP,
            "f32 [nan, -0.98901099, -0.714285731, -0.5, -0.333333343, -0, 0, 0.200000003, 0.5, 0.714285731, 0.98901099, nan, nan]"),
        row(
            LogSigmoid.OP,
            "f32 [-inf, -90, -2.57888985, -1.31326163, -0.974076986, -0.693147182, -0.693147182, -0.575939417, -0.313261688, -0.078889735, -8.19400869e-40, -0, nan]"),
        row(
            Elu.OP,
            "f32 [-1, -1, -0.917914987, -0.63212055, -0.393469334, -0, 0, 0.25, 1, 2.5, 90, inf, nan]"),
        row(
            HardSwish.OP,
            "f32 [nan, -0, -0.208333328, -0.333333343, -0.208333328, -0, 0, 0.135416672, 0.666666687, 2.29166675, 90, inf, nan]"),
        row(
            Mish.OP,
            "f32 [nan, -7.37461119e-38, -0.196816206, -0.30340147, -0.220743775, -0, 0, 0.169572413, 0.865098417, 2.47139239, 90, inf, nan]"),
        row(
            Gelu.OP,
            "f32 [nan, -0, -0.0155241629, -0.158655256, -0.154268771, -0, 0, 0.149676576, 0.841344774, 2.48447585, 90, inf, nan]"),
        row(
            Silu.OP,
            "f32 [nan, -7.37461119e-38, -0.189645454, -0.268941432, -0.188770339, -0, 0, 0.140544131, 0.731058598, 2.31035447, 90, inf, nan]"),
        row(
            HardSigmoid.OP,
            "f32 [0, 0, 0, 0.300000012, 0.400000006, 0.5, 0.5, 0.550000012, 0.699999988, 1, 1, 1, nan]"),
        row(
            LeakyRelu.OP,
            "f32 [-inf, -0.899999976, -0.0249999985, -0.00999999978, -0.00499999989, -0, 0, 0.25, 1, 2.5, 90, inf, nan]"),
        row(
            Selu.OP,
            "f32 [-1.75809932, -1.75809932, -1.61378574, -1.11133075, -0.691758215, -0, 0, 0.262675256, 1.05070102, 2.62675261, 94.5630951, inf, nan]"),
        row(ThresholdedRelu.OP, "f32 [0, 0, 0, 0, 0, 0, 0, 0, 0, 2.5, 90, inf, nan]"),
        row(Shrink.OP, "f32 [-inf, -90, -2.5, -1, 0, 0, 0, 0, 1, 2.5, 90, inf, 0]"),
        row(Clip.OP, "f32 [-inf, -90, -2.5, -1, -0.5, -0, 0, 0.25, 1, 2.5, 90, inf, nan]"));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void agreesWithNumpy(Row row) {
    checkClose(4e-7, row.op(), X, row.expected());
  }

  @Test
  void attributesCount() {
    check(Elu.OP, "f64 [-800, 2]", "f64 [-3, 2]", "alpha", 3.0);
    checkClose(1e-15, Celu.OP, "f64 [-1, 2]", "f64 [-0.7869386805747332, 2]", "alpha", 2.0);
    check(LeakyRelu.OP, "f32 [-2, 2]", "f32 [-1, 2]", "alpha", 0.5);
    check(ThresholdedRelu.OP, "f32 [-2, 2, 3]", "f32 [0, 0, 3]", "alpha", 2.0);
    check(HardSigmoid.OP, "f32 [-1, 0.25, 9]", "f32 [0, 0.625, 1]", "alpha", 0.5);
    check(Shrink.OP, "f32 [-2, -1, 1, 2]", "f32 [-1.5, 0, 0, 1.5]", "lambd", 1.0, "bias", 0.5);
    check(Shrink.OP, "i32 [-2, -1, 1, 2]", "i32 [-1, 0, 0, 1]", "lambd", 1.5, "bias", 1.0);
    checkClose(1e-15, Swish.OP, "f64 [1]", "f64 [0.8807970779778823]", "beta", 2.0);
    checkClose(
        1e-7,
        Gelu.OP,
        "f32 [-1, 0.5, nan]",
        "f32 [-0.158808, 0.345714, nan]",
        "approximate",
        "tanh");
    check(IsInf.OP, "f32 [-inf, inf, nan, 0]", "bool [1, 1, 0, 0]");
    check(IsInf.OP, "f32 [-inf, inf, nan, 0]", "bool [0, 1, 0, 0]", "negative", false);
    check(IsInf.OP, "f64 [-inf, inf, nan, 0]", "bool [1, 0, 0, 0]", "positive", false);
    check(IsNaN.OP, "f16 [-inf, nan, 3]", "bool [0, 1, 0]");
  }

  @Test
  void clipsWithinTheType() {
    check(Clip.OP, "f32 [-5, 0, 5, nan]", "f32 [-1, 0, 2, nan]", "min", -1.0, "max", 2.0);
    check(Clip.OP, "i8 [-5, 0, 5]", "i8 [-1, 0, 2]", "min", -1.5, "max", 2.5);
    check(Clip.OP, "u8 [0, 7, 255]", "u8 [0, 7, 255]", "min", -10.0, "max", 300.0);
    check(Clip.OP, "f32 [1, 5]", "f32 [2, 2]", "min", 3.0, "max", 2.0);
    fails(Clip.OP, "i8 [1]", List.of("outside I8"), "min", 200.0);
    check(ClipDynamic.OP, "i64 [-5, 0, 5]; -; i64 2", "i64 [-5, 0, 2]");
    check(ClipDynamic.OP, "f32 [[-5, 0], [5, 1]]; f32 [-1, 0.5]", "f32 [[-1, 0.5], [5, 1]]");
    fails(ClipDynamic.OP, "f32 [1]; f64 1", List.of("bounds must have the type"));
  }

  @Test
  void integersWrapAndTruncate() {
    check(Neg.OP, "i8 [-128, 5]", "i8 [-128, -5]");
    check(Abs.OP, "i32 [-2147483648, -5]", "i32 [-2147483648, 5]");
    check(Abs.OP, "u64 [18446744073709551615]", "u64 [18446744073709551615]");
    check(Sign.OP, "i64 [-7, 0, 7]", "i64 [-1, 0, 1]");
    check(Relu.OP, "i32 [-7, 0, 7]", "i32 [0, 0, 7]");
    check(BitNot.OP, "u8 [0, 170]", "u8 [255, 85]");
    check(BitNot.OP, "i16 [0, -1]", "i16 [-1, 0]");
    check(Not.OP, "bool [0, 1]", "bool [1, 0]");
    check(Floor.OP, "i32 [3]", "i32 [3]");
  }

  @Test
  void narrowFloatsRoundOnce() {
    check(Exp.OP, "f16 [1, 12]", "f16 [2.71875, inf]");
    check(Square.OP, "bf16 [1.0078125]", "bf16 [1.015625]");
    check(Neg.OP, "f16 zeros 2 0", "f16 zeros 2 0");
    check(Exp.OP, "f64 0", "f64 1");
  }

  @Test
  void wrongTypesAreNamed() {
    fails(Exp.OP, "i32 [1]", List.of("I32", "cast", "(inputs: i32["));
    fails(Gelu.OP, "i32 [1]", List.of("floating type"));
    fails(Not.OP, "f32 [1]", List.of("not is not defined for F32"));
    fails(Neg.OP, "bool [1]", List.of("BOOL"));
    fails(BitNot.OP, "f32 [1]", List.of("F32"));
    fails(Gelu.OP, "f32 [1]", List.of("approximate"), "approximate", "cubic");
    fails(Neg.OP, "f32 [1]; f32 [1]", List.of("takes 1 inputs, got 2"));
  }

  @Test
  void identityTakesStrings() {
    check(Identity.OP, "string ['a', '']", "string ['a', '']");
  }
}
