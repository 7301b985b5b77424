package dev.gatun.core.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.op.Add;
import dev.gatun.core.op.Relu;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import org.junit.jupiter.api.Test;

class InterpreterTests {
  @Test
  void runsNodesInOrderWithBroadcasting() {
    GraphBuilder b = new GraphBuilder("test");
    Value x = b.input("x", Type.tensor(DType.F32, 2, 3));
    Value bias = b.constant(Tensor.of(new float[] {1, 2, 3}, 3));
    b.output("y", b.add(Relu.OP, b.add(Add.OP, x, bias)));

    Tensor y =
        new Interpreter().tensor(b.build(), Tensor.of(new float[] {-5, 0, 1, 2, -2, -9}, 2, 3));

    assertArrayEquals(new float[] {0, 2, 4, 3, 0, 0}, y.toFloats());
  }

  @Test
  void equalNodesAreOne() {
    GraphBuilder b = new GraphBuilder("test");
    Value x = b.input("x", Type.tensor(DType.F32, 2));
    assertEquals(b.add(Relu.OP, x), b.add(Relu.OP, x));
  }

  @Test
  void shapesThatDoNotBroadcastAreNamed() {
    GraphBuilder b = new GraphBuilder("test");
    Value x = b.input("x", Type.tensor(DType.F32, 2, 3));
    Value y = b.input("y", Type.tensor(DType.F32, 4));
    ShapeException e = assertThrows(ShapeException.class, () -> b.add(Add.OP, x, y));
    String message = String.valueOf(e.getMessage());
    assertTrue(
        message.contains("add") && message.contains("[2, 3]") && message.contains("[4]"), message);
  }
}
