package dev.gatun.core.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.expr.Expr;
import dev.gatun.core.expr.ExprBuilder;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Ops;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import dev.gatun.kernels.Lanes;
import dev.gatun.kernels.ScalarMath;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegionCompilerTests {
  private static final int L = Lanes.F32_LENGTH;
  private static final float CANARY = -12345.75f;
  private static final float[] SPECIAL = {
    Float.NaN,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    0f,
    -0f,
    1f,
    -1f,
    0.5f,
    1.5f,
    2.5f,
    -2.5f,
    8388609f,
    -8388609f,
    4194304.5f,
    -4194304.5f,
    4194305.5f,
    -8388607.5f,
    1e30f,
    -1e30f,
    Float.MIN_VALUE,
    100f,
    -100f
  };

  static Stream<OpDef> pointwiseFloatOps() {
    return Ops.ALL.stream()
        .filter(op -> op.pointwise().isPresent())
        .filter(op -> body(op).map(b -> refusal(b).isEmpty()).orElse(false));
  }

  /** The operator over float32 inputs; empty if it has no such form. */
  private static java.util.Optional<PointwiseBody> body(OpDef op) {
    for (int count = 1; count <= 3; count++) {
      try {
        GraphBuilder b = new GraphBuilder("test");
        List<Value> inputs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          boolean condition = op.name().equals("where") && i == 0;
          inputs.add(b.input("x" + i, Type.tensor(condition ? DType.BOOL : DType.F32, 3, 5)));
        }
        Node node =
            b.add(op, dev.gatun.core.graph.Attrs.NONE, inputs, 1, "")
                .get(0)
                .producer()
                .orElseThrow();
        return java.util.Optional.of(PointwiseBody.of(List.of(node), inputs));
      } catch (RuntimeException e) {
        // Another number of inputs, or no float32 form.
      }
    }
    return java.util.Optional.empty();
  }

  private static String refusal(PointwiseBody body) {
    return RegionCompiler.refusal(
        new Region(body.expr(), java.util.Collections.nCopies(body.inputs().size(), false)));
  }

  @Test
  void mostOperatorsHaveVectorCode() {
    assertTrue(pointwiseFloatOps().count() >= 50, "only " + pointwiseFloatOps().count());
  }

  @ParameterizedTest
  @MethodSource("pointwiseFloatOps")
  void agreesWithTheInterpreter(OpDef op) {
    PointwiseBody body = body(op).orElseThrow();
    int inputs = body.inputs().size();
    for (int n : new int[] {1, L - 1, L, L + 1, 4 * L + 3}) {
      for (int perRow = 0; perRow < (inputs > 1 ? inputs + 1 : 1); perRow++) {
        compare(op, body, 3, n, perRow - 1);
      }
    }
  }

  /** Vectors and the scalar twin take the same steps, so they give the same bits. */
  @ParameterizedTest
  @ValueSource(
      floats = {
        0,
        1,
        2,
        3,
        -1,
        0.5f,
        -0.5f,
        0.75f,
        -0.75f,
        4,
        5,
        -3,
        2.5f,
        -7,
        1e30f,
        Float.NaN,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY
      })
  void powersAreThoseOfTheScalarTwin(float power) {
    ExprBuilder e = new ExprBuilder();
    Expr x = e.input(0, DType.F32);
    Region constant = new Region(e.pow(x, e.constant(DType.F32, power)), List.of(false));
    Region variable = new Region(e.pow(x, e.input(1, DType.F32)), List.of(false, true));
    Random random = new Random(31);
    int n = 10 * L + 3;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment src = arena.allocate(4L * n, 64);
      MemorySegment dst = arena.allocate(4L * n, 64);
      MemorySegment single = arena.allocate(4, 64);
      single.set(ValueLayout.JAVA_FLOAT, 0, power);
      for (int i = 0; i < n; i++) {
        float value =
            switch (i % 3) {
              case 0 -> SPECIAL[random.nextInt(SPECIAL.length)];
              case 1 -> Float.intBitsToFloat(random.nextInt());
              default -> random.nextFloat(4);
            };
        src.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
      }
      for (boolean known : new boolean[] {true, false}) {
        Region region = known ? constant : variable;
        long[] at = {dst.address(), src.address(), single.address()};
        RegionCompiler.compile(region).run(at, new long[3], 1, n);
        for (int i = 0; i < n; i++) {
          float from = src.getAtIndex(ValueLayout.JAVA_FLOAT, i);
          float want = ScalarMath.pow(from, power);
          float got = dst.getAtIndex(ValueLayout.JAVA_FLOAT, i);
          // Small constant powers are products and roots, closer to the truth than the twin.
          boolean same =
              !known || Math.abs(power) > 3 || power == 0.3f || power == -2.2f
                  ? Float.compare(want, got) == 0
                  : Float.compare(want, got) == 0 || Math.abs(want - got) <= 3 * Math.ulp(want);
          assertTrue(same, from + " to the power " + power + ": " + got + ", not " + want);
        }
      }
    }
  }

  private static void compare(OpDef op, PointwiseBody body, int rows, int n, int perRow) {
    Random random = new Random(n * 31L + perRow);
    List<Tensor> tensors = new ArrayList<>();
    List<Boolean> flags = new ArrayList<>();
    for (int i = 0; i < body.inputs().size(); i++) {
      boolean single = i == perRow;
      flags.add(single);
      TensorBuilder t =
          new TensorBuilder(
              body.inputs().get(i).tensorType().dtype(), Shape.of(rows, single ? 1 : n));
      for (int k = 0; k < t.shape().elements(); k++) {
        if (t.dtype() == DType.BOOL) {
          t.set(k, random.nextBoolean());
        } else {
          t.set(
              k,
              random.nextInt(3) == 0
                  ? SPECIAL[random.nextInt(SPECIAL.length)]
                  : random.nextGaussian() * 3);
        }
      }
      tensors.add(t.build());
    }
    GraphBuilder b = new GraphBuilder("expected");
    List<Value> values = new ArrayList<>();
    for (Tensor tensor : tensors) {
      values.add(b.input("x" + values.size(), tensor.type()));
    }
    b.output("y", b.add(op, dev.gatun.core.graph.Attrs.NONE, values, 1, "").get(0));
    Tensor expected = new Interpreter().tensor(b.build(), tensors.toArray(Tensor[]::new));

    BlockFunction function = RegionCompiler.compile(new Region(body.expr(), flags));
    try (Arena arena = Arena.ofConfined()) {
      long[] at = new long[1 + tensors.size()];
      long[] rowBytes = new long[at.length];
      int size = body.expr().type().bytes();
      MemorySegment dst = arena.allocate((long) size * (n + 1) * rows + 128, 64);
      for (long i = 0; i + 4 <= dst.byteSize(); i += 4) {
        dst.set(ValueLayout.JAVA_FLOAT_UNALIGNED, i, CANARY);
      }
      at[0] = dst.address() + 4;
      // Rows of the result lie one element apart: what is between must stay untouched.
      rowBytes[0] = (long) size * (n + 1);
      for (int i = 0; i < tensors.size(); i++) {
        MemorySegment data = tensors.get(i).data();
        MemorySegment copy = arena.allocate(data.byteSize(), 64);
        copy.copyFrom(data);
        at[1 + i] = copy.address();
        rowBytes[1 + i] = data.byteSize() / rows;
      }
      function.run(at, rowBytes, rows, n);
      for (int r = 0; r < rows; r++) {
        for (int i = 0; i < n; i++) {
          long offset = 4 + r * rowBytes[0] + (long) i * size;
          String where = op + " row " + r + " element " + i + " of " + n + " inputs " + tensors;
          if (size == 1) {
            assertEquals(
                expected.getLong((long) r * n + i), dst.get(ValueLayout.JAVA_BYTE, offset), where);
          } else {
            double want = expected.getDouble((long) r * n + i);
            double got = dst.get(ValueLayout.JAVA_FLOAT_UNALIGNED, offset);
            double magnitude = Double.isFinite(want) ? Math.abs(want) : 0;
            assertEquals(want, got, 3e-6 * magnitude + 3e-6, where);
          }
        }
        if (size == 4) {
          assertEquals(
              CANARY, dst.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 + (r + 1) * rowBytes[0] - 4));
        }
      }
    }
  }
}
