package dev.gatun.core.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Add;
import dev.gatun.core.op.Cast;
import dev.gatun.core.op.DequantizeLinear;
import dev.gatun.core.op.Gemm;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.op.Relu;
import dev.gatun.core.op.Transpose;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NarrowMatmulPlanTests {
  private final Random random = new Random(11);

  private Tensor integers(DType dtype, long... sizes) {
    TensorBuilder b = new TensorBuilder(dtype, Shape.of(sizes));
    int span = (int) (dtype.highest() - dtype.lowest()) + 1;
    for (long i = 0; i < Shape.of(sizes).elements(); i++) {
      b.set(i, (long) (dtype.lowest() + random.nextInt(span)));
    }
    return b.build();
  }

  private Tensor floats(DType dtype, long... sizes) {
    TensorBuilder b = new TensorBuilder(dtype, Shape.of(sizes));
    for (long i = 0; i < Shape.of(sizes).elements(); i++) {
      b.set(i, random.nextGaussian() * 0.1);
    }
    return b.build();
  }

  /** Bytes with a scale for each place along an axis. */
  private Value scaled(GraphBuilder b, int axis, long rows, long columns) {
    return b.add(
        DequantizeLinear.OP,
        Attrs.of("axis", axis),
        b.constant(integers(DType.I8, rows, columns)),
        b.constant(floats(DType.F32, axis == 0 ? rows : columns)));
  }

  private static Explanation onlyProduct(GraphBuilder b, Value y) {
    b.output("y", y);
    Graph graph = b.build();
    Explanation plan = Agreement.check(graph, 1e-4, Agreement.options());
    assertEquals(1, plan.steps().size(), plan.toString());
    assertEquals("matmul/vector/narrow", plan.steps().get(0).kernel(), plan.toString());
    return plan;
  }

  /**
   * Kinds of scales.
   *
   * @param scales "one", "column" or the size of a block
   */
  @ParameterizedTest
  @CsvSource({
    "I8, F32, column, false, false, 1",
    "U8, F32, column, true, false, 3",
    "I8, F16, 32, false, false, 1",
    "U8, BF16, 16, true, true, 17",
    "I4, F16, 32, false, false, 1",
    "I4, F32, 64, false, true, 5",
    "U4, F32, 32, true, false, 1",
    "U4, F16, 8, true, true, 2",
    "I4, F32, column, false, false, 20",
    "U4, F32, one, true, false, 1",
    "I8, F32, one, false, false, 4",
    "I8, F32, 1024, false, true, 1"
  })
  void scaledIntegersStayAsTheyAre(
      DType type, DType scaleType, String scales, boolean zeros, boolean offset, int rows) {
    for (boolean turned : new boolean[] {false, true}) {
      int k = 100;
      int n = 75;
      long block = Character.isDigit(scales.charAt(0)) ? Long.parseLong(scales) : 0;
      long groups = block == 0 ? 1 : Math.ceilDiv(k, block);
      long[] sizes =
          block > 0
              ? turned ? new long[] {n, groups} : new long[] {groups, n}
              : scales.equals("one") ? new long[0] : new long[] {n};
      GraphBuilder b = new GraphBuilder("g");
      Value x = b.input("x", Type.tensor(DType.F32, rows, k));
      List<Value> inputs = new ArrayList<>();
      inputs.add(b.constant(turned ? integers(type, n, k) : integers(type, k, n)));
      inputs.add(b.constant(floats(scaleType, sizes)));
      inputs.add(zeros ? b.constant(integers(type, sizes)) : Value.ABSENT);
      if (offset) {
        inputs.add(b.constant(floats(DType.F32, sizes)));
      }
      Attrs attrs =
          Attrs.of(
              "axis",
              (long) (block > 0 ? turned ? 1 : 0 : turned ? 0 : 1),
              "blockSize",
              block,
              "outputDtype",
              DType.F32);
      Value w = b.add(DequantizeLinear.OP, attrs, inputs, 1, "w").get(0);
      onlyProduct(b, b.add(Matmul.OP, Attrs.of("transposeB", turned), x, w));
    }
  }

  @ParameterizedTest
  @CsvSource({"1, false", "1, true", "9, false", "33, true"})
  void brainFloatsStayAsTheyAre(int rows, boolean turned) {
    GraphBuilder b = new GraphBuilder("g");
    Value x = b.input("x", Type.tensor(DType.F32, 1, rows, 67));
    Value narrow = b.constant(turned ? floats(DType.BF16, 51, 67) : floats(DType.BF16, 67, 51));
    Value w = b.add(Cast.OP, Attrs.of("to", DType.F32), narrow);
    Explanation plan = onlyProduct(b, b.add(Matmul.OP, Attrs.of("transposeB", turned), x, w));
    assertTrue(plan.toString().contains("bf16 " + rows + "x51x67"), plan.toString());
  }

  @Test
  void whatFollowsIsItsEpilogue() {
    GraphBuilder b = new GraphBuilder("g");
    Value x = b.input("x", Type.tensor(DType.F32, 2, 3, 64));
    Value more = b.input("more", Type.tensor(DType.F32, 2, 3, 40));
    Value w = scaled(b, 1, 64, 40);
    Value y = b.add(Add.OP, b.add(Matmul.OP, x, w), b.constant(floats(DType.F32, 40)));
    onlyProduct(b, b.add(Add.OP, b.add(Relu.OP, y), more));
  }

  @Test
  void transposesAndGeneralProductsAreSeenThrough() {
    GraphBuilder b = new GraphBuilder("g");
    Value x = b.input("x", Type.tensor(DType.F32, 3, 32));
    Value w = scaled(b, 0, 40, 32);
    Value turned = b.add(Transpose.OP, Attrs.of("perm", new long[] {1, 0}), w);
    Value y = b.add(Matmul.OP, x, turned);
    Value v = scaled(b, 0, 800, 1000);
    Value wide = b.input("wide", Type.tensor(DType.F32, 3, 1000));
    Value z =
        b.add(Gemm.OP, Attrs.of("transposeB", true), wide, v, b.constant(floats(DType.F32, 800)));
    b.output("y", y);
    b.output("z", z);
    Explanation plan = Agreement.check(b.build(), 2e-4, Agreement.options());
    assertTrue(
        plan.steps().stream().allMatch(s -> s.kernel().equals("matmul/vector/narrow")),
        plan.toString());
  }

  @Test
  void scalesAlongTheOtherAxisAreTakenApart() {
    GraphBuilder b = new GraphBuilder("g");
    Value x = b.input("x", Type.tensor(DType.F32, 3, 32));
    Value w = scaled(b, 0, 32, 40);
    b.output("y", b.add(Matmul.OP, x, w));
    Explanation plan = Agreement.check(b.build(), 1e-4, Agreement.options());
    assertTrue(
        plan.steps().stream().noneMatch(s -> s.kernel().equals("matmul/vector/narrow")),
        plan.toString());
  }
}
