package dev.gatun.ffi;

import static dev.gatun.ffi.Buffers.assertClose;
import static dev.gatun.ffi.DataType.F32;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Binary operations with broadcasting and reductions against loops. */
@ExtendWith(SlowElsewhere.class)
class BinaryTests {
  private static final double TOLERANCE = 1e-6;

  static DoubleBinaryOperator twin(BinaryOp op) {
    return switch (op) {
      case ADD -> Double::sum;
      case MUL -> (a, b) -> a * b;
      case MAX -> Math::max;
      case MIN -> Math::min;
      case DIV -> (a, b) -> a / b;
      case SUB -> (a, b) -> a - b;
      case GE -> (a, b) -> a >= b ? 1 : 0;
      case GT -> (a, b) -> a > b ? 1 : 0;
      case LE -> (a, b) -> a <= b ? 1 : 0;
      case LT -> (a, b) -> a < b ? 1 : 0;
      case EQ -> (a, b) -> a == b ? 1 : 0;
      case NE -> (a, b) -> a != b ? 1 : 0;
    };
  }

  @ParameterizedTest
  @EnumSource(BinaryOp.class)
  void broadcastsTheMiddle(BinaryOp op) {
    OneDnn dnnl = Libraries.oneDnn();
    for (int n : new int[] {2, 15, 17, 33}) {
      try (Buffers buffers = new Buffers();
          OneDnnPrimitive primitive =
              Binary.of(dnnl, op)
                  .src(MemoryDesc.rowMajor(F32, 2, 3, n))
                  .src1(MemoryDesc.rowMajor(F32, 2, 1, n))
                  .build()
                  .orElseThrow()) {
        float[] a = buffers.random(0.5, 2, 2, 3, n);
        float[] b = buffers.random(0.5, 2, 2, 1, n);
        b[0] = a[0]; // one equal pair
        double[] expected = new double[a.length];
        for (int i = 0; i < a.length; i++) {
          expected[i] = twin(op).applyAsDouble(a[i], b[i / (3 * n) * n + i % n]);
        }
        Buffers.Results out = buffers.run(primitive, Map.of(Arg.SRC, a, Arg.SRC_1, b));
        assertClose(expected, out.get(Arg.DST), TOLERANCE);
      }
    }
  }

  private static double reduce(Reduction.Kind kind, double[] x) {
    return switch (kind) {
      case MAX -> Arrays.stream(x).max().orElseThrow();
      case MIN -> Arrays.stream(x).min().orElseThrow();
      case SUM -> Arrays.stream(x).sum();
      case MUL -> Arrays.stream(x).reduce(1, (a, b) -> a * b);
      case MEAN -> Arrays.stream(x).average().orElseThrow();
      case NORM_MAX, NORM_SUM -> Math.sqrt(Arrays.stream(x).map(v -> v * v).sum());
      case POWER_MAX, POWER_SUM -> Arrays.stream(x).map(v -> v * v).sum();
    };
  }

  @ParameterizedTest
  @EnumSource(Reduction.Kind.class)
  void reducesTheLastDimension(Reduction.Kind kind) {
    OneDnn dnnl = Libraries.oneDnn();
    for (int n : new int[] {2, 15, 17, 67}) {
      try (Buffers buffers = new Buffers();
          OneDnnPrimitive primitive =
              Reduction.of(dnnl, kind)
                  .norm(2, 0)
                  .src(MemoryDesc.rowMajor(F32, 5, n))
                  .dst(MemoryDesc.rowMajor(F32, 5, 1))
                  .allowReference() // norms have nothing else
                  .build()
                  .orElseThrow()) {
        float[] x = buffers.random(-1.5, 1.5, 5, n);
        double[] wide = Gradient.widen(x);
        double[] expected = new double[5];
        for (int row = 0; row < 5; row++) {
          expected[row] = reduce(kind, Arrays.copyOfRange(wide, row * n, row * n + n));
        }
        Buffers.Results out = buffers.run(primitive, Map.of(Arg.SRC, x));
        assertClose(expected, out.get(Arg.DST), 1e-5);
      }
    }
  }

  @Test
  void refusesTheReferenceImplementationAndSaysSo() {
    PrimitiveResult middle =
        Reduction.of(Libraries.oneDnn(), Reduction.Kind.SUM)
            .src(MemoryDesc.rowMajor(F32, 3, 5, 7))
            .dst(MemoryDesc.rowMajor(F32, 3, 1, 7))
            .build();
    assertTrue(middle.primitive().isEmpty());
    assertTrue(
        middle
            .reason()
            .contains(
                "has only its slow reference implementation (ref:any) of reduction SUM of src f32"
                    + " [3, 5, 7]"),
        middle.reason());
  }
}
