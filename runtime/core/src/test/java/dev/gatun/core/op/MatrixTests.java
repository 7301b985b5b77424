package dev.gatun.core.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;
import org.junit.jupiter.api.Test;

class MatrixTests {
  private static final Tensor A = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
  private static final Tensor B = Tensor.of(new float[] {1, 0, 0, 1, 1, 1}, 3, 2);
  private static final float[] PRODUCT = {4, 5, 10, 11};

  private static Tensor turned(Tensor x) {
    int rows = (int) x.shape().size(0);
    int columns = (int) x.shape().size(1);
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = x.getFloat(i % rows * columns + i / rows);
    }
    return Tensor.of(values, columns, rows);
  }

  @Test
  void transposesEitherOperand() {
    assertArrayEquals(PRODUCT, Eager.run(Matmul.OP, Attrs.NONE, A, B).toFloats());
    assertArrayEquals(
        PRODUCT, Eager.run(Matmul.OP, Attrs.of("transposeA", true), turned(A), B).toFloats());
    assertArrayEquals(
        PRODUCT, Eager.run(Matmul.OP, Attrs.of("transposeB", true), A, turned(B)).toFloats());
  }

  @Test
  void vectorsLoseTheirAxis() {
    Tensor v = Tensor.of(new float[] {1, 1, 1}, 3);
    assertEquals(Tensor.of(new float[] {6, 15}, 2), Eager.run(Matmul.OP, Attrs.NONE, A, v));
    assertEquals(Tensor.of(new float[] {2, 2}, 2), Eager.run(Matmul.OP, Attrs.NONE, v, B));
    assertEquals(Tensor.of(new float[] {3}), Eager.run(Matmul.OP, Attrs.NONE, v, v));
  }

  @Test
  void integersWrapAround() {
    Tensor big = Tensor.of(new int[] {1 << 30, 1 << 30}, 1, 2);
    Tensor two = Tensor.of(new int[] {2, 3}, 2, 1);
    assertEquals(1 << 30, Eager.run(Matmul.OP, Attrs.NONE, big, two).getLong(0));
  }

  @Test
  void halfPrecisionRoundsOnce() {
    // 2048 + 1 + 1: adding in float16 would stay at 2048.
    Tensor x = Tensor.rounded(DType.F16, Shape.of(1, 3), new double[] {2048, 1, 1});
    Tensor one = Tensor.rounded(DType.F16, Shape.of(3, 1), new double[] {1, 1, 1});
    assertEquals(2050, Eager.run(Matmul.OP, Attrs.NONE, x, one).getDouble(0));
  }

  @Test
  void anEmptySumIsZero() {
    Tensor y =
        Eager.run(
            Matmul.OP, Attrs.NONE, Tensor.of(new float[0], 2, 0), Tensor.of(new float[0], 0, 3));
    assertEquals(Tensor.of(new float[6], 2, 3), y);
  }

  @Test
  void gemmScalesAndBroadcasts() {
    Tensor c = Tensor.of(new float[] {1, 2}, 2);
    Attrs attrs = Attrs.of("alpha", 2.0, "beta", 10.0);
    assertArrayEquals(new float[] {18, 30, 30, 42}, Eager.run(Gemm.OP, attrs, A, B, c).toFloats());
    Tensor column = Tensor.of(new float[] {1, 2}, 2, 1);
    assertArrayEquals(
        new float[] {18, 20, 40, 42}, Eager.run(Gemm.OP, attrs, A, B, column).toFloats());
    assertArrayEquals(
        PRODUCT,
        Eager.run(Gemm.OP, Attrs.of("transposeA", true, "transposeB", true), turned(A), turned(B))
            .toFloats());
  }

  @Test
  void theErrorShowsBothShapes() {
    ShapeException e =
        assertThrows(ShapeException.class, () -> Eager.run(Matmul.OP, Attrs.NONE, A, A));
    assertTrue(String.valueOf(e.getMessage()).contains("[2, 3] x [2, 3] (3 vs 2)"), e.getMessage());
  }
}
