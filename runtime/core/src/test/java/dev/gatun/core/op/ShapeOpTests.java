package dev.gatun.core.op;

import static dev.gatun.core.op.OpChecks.check;
import static dev.gatun.core.op.OpChecks.fails;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Operators that move elements: shapes, strides, sizes of zero, partial knowledge, errors. */
class ShapeOpTests {
  private static final long U = Shape.UNKNOWN;

  /** The type for a first input of partly known shape and constant others. */
  private static String infer(OpDef op, Shape x, Attrs attrs, Tensor... others) {
    GraphBuilder b = new GraphBuilder("test");
    Value[] args = new Value[others.length + 1];
    args[0] = b.input("x", Type.tensor(DType.F32, x));
    for (int i = 0; i < others.length; i++) {
      args[i + 1] = b.constant(others[i]);
    }
    return b.add(op, attrs, args).type().toString();
  }

  private static String infer(OpDef op, Shape x, Tensor... others) {
    return infer(op, x, Attrs.NONE, others);
  }

  @Test
  void reshapes() {
    check(Reshape.OP, "i32 [[1, 2, 3], [4, 5, 6]]; i64 [3, -1]", "i32 [[1, 2], [3, 4], [5, 6]]");
    check(
        Reshape.OP,
        "f32 [[1, 2, 3], [4, 5, 6]]; i64 [0, 3, 1]",
        "f32 [[[1], [2], [3]], [[4], [5], [6]]]");
    check(Reshape.OP, "f32 [7]; i64 []", "f32 7");
    check(Reshape.OP, "f32 7; i64 [1, -1]", "f32 [[7]]");
    check(Reshape.OP, "f32 zeros 0 3; i64 [3, 0]", "f32 zeros 3 0", "allowZero", true);
    check(Reshape.OP, "f32 zeros 0 3; i64 [0, 1, -1]", "f32 zeros 0 1 3");
    check(Reshape.OP, "f32 zeros 3 0; i64 [-1, 5]", "f32 zeros 0 5");
    check(Reshape.OP, "string ['a', 'b']; i64 [2, 1]", "string [['a'], ['b']]");
    fails(Reshape.OP, "f32 [1, 2, 3]; i64 [2, -1]", List.of("3 elements", "[2, -1]"));
    fails(Reshape.OP, "f32 [1, 2, 3]; i64 [2]", List.of("[2]", "f32[3]"));
    fails(Reshape.OP, "f32 [1]; i64 [-1, -1]", List.of("more than one -1"));
    fails(Reshape.OP, "f32 [1]; i64 [-2]", List.of("negative"));
    fails(Reshape.OP, "f32 [1]; i64 [1, 0]", List.of("axis 1"));
    assertEquals("f32[?, 64]", infer(Reshape.OP, Shape.UNRANKED, Tensor.vector(-1, 64)));
    assertEquals("f32[?, 12]", infer(Reshape.OP, Shape.of(U, 3, 4), Tensor.vector(0, -1)));
    assertEquals("f32[?, 3, 4]", infer(Reshape.OP, Shape.of(U, 12), Tensor.vector(-1, 3, 4)));
    assertEquals("f32[2, ?]", infer(Reshape.OP, Shape.of(2, U), Tensor.vector(0, -1)));
  }

  @Test
  void squeezesAndUnsqueezes() {
    check(Squeeze.OP, "f32 [[[1], [2]]]", "f32 [1, 2]");
    check(Squeeze.OP, "f32 [[[1], [2]]]; i64 [-1]", "f32 [[1, 2]]");
    check(Squeeze.OP, "f32 [[1]]; i64 [0, 1]", "f32 1");
    fails(Squeeze.OP, "f32 [[1, 2]]; i64 [1]", List.of("axis 1 has size 2"));
    check(Unsqueeze.OP, "f32 [1, 2]; i64 [0, -1]", "f32 [[[1], [2]]]");
    check(Unsqueeze.OP, "f32 1; i64 [0]", "f32 [1]");
    fails(Unsqueeze.OP, "f32 [1]; i64 [0, 0]", List.of("twice"));
    fails(Unsqueeze.OP, "f32 [1]; i64 [2]", List.of("axis 2", "[-2, 1]"));
    assertEquals("f32[?, 1]", infer(Unsqueeze.OP, Shape.of(U), Tensor.vector(-1)));
    assertEquals("f32[3]", infer(Squeeze.OP, Shape.of(U, 3), Tensor.vector(0)));
    assertEquals("f32[?...]", infer(Squeeze.OP, Shape.of(U, 3)));
  }

  @Test
  void flattens() {
    check(Flatten.OP, "f32 [[[1, 2]], [[3, 4]]]", "f32 [[1, 2], [3, 4]]");
    check(Flatten.OP, "f32 [[1, 2], [3, 4]]", "f32 [[1, 2, 3, 4]]", "axis", 0);
    check(Flatten.OP, "f32 [[1, 2], [3, 4]]", "f32 [[1], [2], [3], [4]]", "axis", 2);
    check(Flatten.OP, "f32 5", "f32 [[5]]", "axis", 0);
    check(Flatten.OP, "f32 zeros 2 0 3", "f32 zeros 0 3", "axis", -1);
    fails(Flatten.OP, "f32 [1]", List.of("axis 2", "[-1, 1]"), "axis", 2);
    assertEquals("f32[?, 6]", infer(Flatten.OP, Shape.of(U, 2, 3)));
    assertEquals("f32[?, ?]", infer(Flatten.OP, Shape.UNRANKED));
  }

  @Test
  void expands() {
    check(
        Expand.OP,
        "f32 [[1], [2]]; i64 [2, 1, 3]",
        "f32 [[[1, 1, 1], [2, 2, 2]], [[1, 1, 1], [2, 2, 2]]]");
    check(Expand.OP, "f32 [[1], [2]]; i64 [1]", "f32 [[1], [2]]");
    check(Expand.OP, "string 'x'; i64 [2]", "string ['x', 'x']");
    check(Expand.OP, "f32 [1]; i64 [0]", "f32 []");
    fails(Expand.OP, "f32 [1, 2]; i64 [3]", List.of("[2]", "[3]"));
    fails(Expand.OP, "f32 [1, 2]; i64 [-1]", List.of("negative"));
    assertEquals("f32[?, 5]", infer(Expand.OP, Shape.of(U, 1), Tensor.vector(1, 5)));
  }

  @Test
  void transposes() {
    check(Transpose.OP, "f32 [[1, 2, 3], [4, 5, 6]]", "f32 [[1, 4], [2, 5], [3, 6]]");
    check(
        Transpose.OP,
        "i8 [[[1, 2], [3, 4]]]",
        "i8 [[[1], [2]], [[3], [4]]]",
        "perm",
        new long[] {1, 2, 0});
    check(Transpose.OP, "bool 1", "bool 1");
    check(Transpose.OP, "f64 zeros 2 0 3", "f64 zeros 3 0 2");
    check(Transpose.OP, "string [['a', 'b']]", "string [['a'], ['b']]", "perm", new long[] {-1, 0});
    fails(Transpose.OP, "f32 [1]", List.of("[0, 1]", "each axis"), "perm", new long[] {0, 1});
    assertEquals(
        "f32[3, ?]", infer(Transpose.OP, Shape.of(U, 3), Attrs.of("perm", new long[] {1, 0})));
  }

  @Test
  void slices() {
    String x = "f32 [[1, 2, 3, 4], [5, 6, 7, 8]]; ";
    long huge = Long.MAX_VALUE;
    check(Slice.OP, x + "i64 [1, 0]; i64 [2, 3]; i64 [0, 1]; i64 [1, 2]", "f32 [[5, 7]]");
    check(Slice.OP, x + "i64 [0, 1]; i64 [-1, 1000]", "f32 [[2, 3, 4]]");
    check(
        Slice.OP,
        x + "i64 [-1]; i64 [" + -huge + "]; i64 [-1]; i64 [-1]",
        "f32 [[4, 3, 2, 1], [8, 7, 6, 5]]");
    check(Slice.OP, x + "i64 [20]; i64 [0]; i64 [1]; i64 [-2]", "f32 [[4, 2], [8, 6]]");
    check(
        Slice.OP, x + "i64 [2]; i64 [" + huge + "]; i64 [1]; i64 [" + huge + "]", "f32 [[3], [7]]");
    check(
        Slice.OP,
        x + "i64 [2]; i64 [" + Long.MIN_VALUE + "]; i64 [1]; i64 [" + Long.MIN_VALUE + "]",
        "f32 [[3], [7]]");
    check(Slice.OP, x + "i64 [5]; i64 [9]; i64 [1]", "f32 zeros 2 0");
    check(Slice.OP, x + "i32 [1]; i32 [0]; i32 [1]; i32 [-1]", "f32 [[2], [6]]");
    check(Slice.OP, "f32 zeros 0; i64 [-1]; i64 [-5]; i64 [0]; i64 [-1]", "f32 []");
    check(Slice.OP, "string ['a', 'b', 'c']; i64 [2]; i64 [0]; -; i64 [-1]", "string ['c', 'b']");
    fails(Slice.OP, x + "i64 [0]; i64 [1]; i64 [0]; i64 [0]", List.of("step"));
    fails(Slice.OP, x + "i64 [0]; i64 [1]; i64 [2]", List.of("axis 2"));
    fails(Slice.OP, x + "i64 [0, 1]; i64 [1]", List.of("same length"));
    assertEquals(
        "f32[?, 2]",
        infer(Slice.OP, Shape.of(U, 4), Tensor.vector(1), Tensor.vector(3), Tensor.vector(1)));
    assertEquals("f32[?, 4]", infer(Slice.OP, Shape.of(U, 4), Tensor.vector(1), Tensor.vector(3)));
  }

  @Test
  void concatenates() {
    check(
        Concat.OP, "f32 [[1, 2]]; f32 [[3, 4], [5, 6]]", "f32 [[1, 2], [3, 4], [5, 6]]", "axis", 0);
    check(
        Concat.OP,
        "f32 [[1], [2]]; f32 zeros 2 0; f32 [[3, 4], [5, 6]]",
        "f32 [[1, 3, 4], [2, 5, 6]]",
        "axis",
        -1);
    check(Concat.OP, "string ['a']; string ['b', 'c']", "string ['a', 'b', 'c']", "axis", 0);
    check(Concat.OP, "u8 [1]", "u8 [1]", "axis", 0);
    fails(Concat.OP, "f32 [1]; f32 [[1]]", List.of("axes"), "axis", 0);
    fails(Concat.OP, "f32 [[1, 2]]; f32 [[1]]", List.of("size 1 at axis 1", "others 2"), "axis", 0);
    fails(Concat.OP, "f32 [1]; i32 [1]", List.of("cast input 1"), "axis", 0);
    fails(Concat.OP, "f32 [1]", List.of("axis", "missing"));
  }

  @Test
  void splits() {
    String x = "f32 [[1, 2, 3, 4, 5]]";
    check(Split.OP, x, "f32 [[1, 2]]; f32 [[3, 4]]; f32 [[5]]", "axis", 1);
    check(Split.OP, x, "f32 [[1, 2]]; f32 [[3, 4]]", "axis", 1, "parts", 3);
    check(
        Split.OP,
        x + "; i64 [0, 4, 1]",
        "f32 zeros 1 0; f32 [[1, 2, 3, 4]]; f32 [[5]]",
        "axis",
        -1);
    check(Split.OP, "i64 [1]", "i64 [1]; i64 []; i64 []");
    fails(Split.OP, x + "; i64 [4]", List.of("[4]", "add up to 5"), "axis", 1);
    fails(Split.OP, x + "; i64 [6, -1]", List.of("negative"), "axis", 1);
  }

  @Test
  void gathers() {
    String x = "f32 [[1, 2, 3], [4, 5, 6]]; ";
    check(Gather.OP, x + "i64 [1, 0, -1]", "f32 [[4, 5, 6], [1, 2, 3], [4, 5, 6]]");
    check(Gather.OP, x + "i32 [[0, 2]]", "f32 [[[1, 3]], [[4, 6]]]", "axis", 1);
    check(Gather.OP, x + "i64 -1", "f32 [3, 6]", "axis", -1);
    check(Gather.OP, "string ['a', 'b']; i64 [[1], [1]]", "string [['b'], ['b']]");
    check(Gather.OP, x + "i64 zeros 0", "f32 zeros 0 3");
    check(Gather.OP, "f32 zeros 2 0; i64 [1]", "f32 zeros 1 0");
    fails(Gather.OP, x + "i64 [2]", List.of("index 2", "[-2, 1]"));
    fails(Gather.OP, x + "f32 [1]", List.of("integer"));
    fails(Gather.OP, "f32 1; i64 [0]", List.of("scalar"));
    fails(Gather.OP, "f32 zeros 0; i64 [0]", List.of("size 0"));
    assertEquals("f32[2, 3]", infer(Gather.OP, Shape.of(U, 3), Tensor.vector(0, 1)));
  }

  @Test
  void tellsShapes() {
    check(ShapeOf.OP, "f32 zeros 2 0 5", "i64 [2, 0, 5]");
    check(ShapeOf.OP, "string ['a']", "i64 [1]");
    check(ShapeOf.OP, "f32 1", "i64 []");
    check(ShapeOf.OP, "f32 zeros 2 0 5", "i64 [0]", "start", 1, "end", -1);
    check(ShapeOf.OP, "f32 zeros 2 0 5", "i64 [2, 0, 5]", "start", -10, "end", 10);
    check(ShapeOf.OP, "f32 zeros 2 0 5", "i64 []", "start", 2, "end", 1);
    check(SizeOf.OP, "f32 zeros 2 3", "i64 6");
    check(SizeOf.OP, "f32 1", "i64 1");
    assertEquals("i64[2]", infer(ShapeOf.OP, Shape.of(U, U)));
  }

  @Test
  void fillsShapes() {
    check(ConstantOfShape.OP, "i64 [2, 1]", "f32 [[0], [0]]");
    check(ConstantOfShape.OP, "i64 [2]", "i8 [3, 3]", "value", Literals.parse("i8 [3]"));
    check(ConstantOfShape.OP, "i64 []", "string 'x'", "value", Literals.parse("string ['x']"));
    check(ConstantOfShape.OP, "i64 [2, 0]", "f32 zeros 2 0");
    fails(ConstantOfShape.OP, "i64 [-1]", List.of("negative"));
    fails(ConstantOfShape.OP, "i64 [4294967296, 4294967296]", List.of("4294967296"));
    fails(ConstantOfShape.OP, "i64 [4294967296]", List.of("4294967296"));
  }
}
