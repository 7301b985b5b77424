package dev.gatun.core.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What types have in common, and shapes. */
class TypeTests {
  private static final long U = Shape.UNKNOWN;
  private static final Type A = Type.tensor(DType.F32, 2, 3);
  private static final Type B = Type.tensor(DType.F32, 2, 4);

  @Test
  void joinsForgetWhatDiffers() {
    assertEquals(A, Type.join(A, A));
    assertEquals(Type.tensor(DType.F32, Shape.of(2, U)), Type.join(A, B));
    assertEquals(Type.tensor(DType.F32, Shape.UNRANKED), Type.join(A, Type.tensor(DType.F32, 2)));
    assertEquals(
        new Type.OfSequence(Type.join(A, B)),
        Type.join(new Type.OfSequence(A), new Type.OfSequence(B)));
    assertEquals(new Type.OfOptional(Type.join(A, B)), Type.join(new Type.OfOptional(A), B));
    assertEquals(new Type.OfOptional(Type.join(A, B)), Type.join(A, new Type.OfOptional(B)));
    assertEquals(
        new Type.OfMap(DType.I64, Type.join(A, B)),
        Type.join(new Type.OfMap(DType.I64, A), new Type.OfMap(DType.I64, B)));
  }

  @Test
  void differentKindsHaveNothingInCommon() {
    Type ints = Type.tensor(DType.I64, 2, 3);
    for (Type other : new Type[] {ints, new Type.OfSequence(A), new Type.OfMap(DType.I64, A)}) {
      ShapeException e = assertThrows(ShapeException.class, () -> Type.join(A, other));
      assertTrue(String.valueOf(e.getMessage()).contains("f32[2, 3]"), e.getMessage());
    }
    assertThrows(
        ShapeException.class, () -> Type.join(new Type.OfOptional(A), new Type.OfOptional(ints)));
  }

  @Test
  void shapesCountWithoutOverflow() {
    assertEquals(24, Shape.of(2, 3, 4).elements());
    assertEquals(1, Shape.SCALAR.elements());
    assertEquals(0, Shape.of(5, 0).elements());
    assertThrows(ShapeException.class, () -> Shape.of(1L << 40, 1L << 40).elements());
    assertThrows(ShapeException.class, () -> Shape.of(2, U).elements());
    assertThrows(ShapeException.class, () -> Shape.of(-2));
    assertThrows(ShapeException.class, () -> new TensorBuilder(DType.I8, Shape.of(1L << 40)));
  }

  @Test
  void axesCountFromTheEnd() {
    assertEquals(2, Shape.of(2, 3, 4).axis("test", -1));
    assertEquals(0, Shape.SCALAR.axis("test", -1));
    ShapeException e = assertThrows(ShapeException.class, () -> Shape.of(2).axis("test", 1));
    assertTrue(String.valueOf(e.getMessage()).contains("'test'"), e.getMessage());
  }

  @Test
  void buildersCopyRunsAndShowWhatWasSet() {
    TensorBuilder y = new TensorBuilder(DType.I16, Shape.of(5));
    y.copy(1, shorts(7, 8, 9), 1, 2);
    assertEquals(8, y.view().getLong(1));
    assertEquals(9, y.view().getLong(2));
    y.set(4, -3L);
    assertEquals("i16[5][0, 8, 9, 0, -3]", y.build().toString());
    TensorBuilder text = new TensorBuilder(DType.STRING, Shape.of(2));
    text.copy(0, Tensor.of(new String[] {"a", "b"}, 2), 1, 1);
    assertEquals("b", text.view().getString(0));
    assertEquals("", text.build().getString(1));
  }

  private static Tensor shorts(int... values) {
    TensorBuilder builder = new TensorBuilder(DType.I16, Shape.of(values.length));
    for (int i = 0; i < values.length; i++) {
      builder.set(i, (long) values[i]);
    }
    return builder.build();
  }
}
