package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;

/** Runs one operator on tensors with the interpreter and checks the inferred types on the way. */
final class Eager {
  /** The first output. */
  static Tensor run(OpDef op, Attrs attrs, @Nullable Tensor... inputs) {
    return run(op, attrs, 1, inputs).get(0);
  }

  /** Several outputs; a null input is absent. Every inferred type must be that of the value. */
  static List<Tensor> run(OpDef op, Attrs attrs, int outputs, @Nullable Tensor... inputs) {
    GraphBuilder b = new GraphBuilder("eager");
    List<Value> constants = new ArrayList<>();
    for (Tensor input : inputs) {
      constants.add(input == null ? Value.ABSENT : b.constant(input));
    }
    List<Value> results = b.add(op, attrs, constants, outputs, "");
    for (Value result : results) {
      b.output(result.name(), result);
    }
    List<Tensor> tensors = new ArrayList<>();
    for (Datum datum : new Interpreter().run(b.build(), List.of())) {
      Tensor tensor = (Tensor) datum;
      Assertions.assertEquals(results.get(tensors.size()).type(), tensor.type(), op.name());
      tensors.add(tensor);
    }
    inferWithoutSizes(op, attrs, outputs, inputs, tensors);
    return tensors;
  }

  /** Type rules must accept unknown sizes and ranks, and not contradict the values. */
  private static void inferWithoutSizes(
      OpDef op, Attrs attrs, int outputs, @Nullable Tensor[] inputs, List<Tensor> tensors) {
    for (boolean ranked : new boolean[] {true, false}) {
      GraphBuilder b = new GraphBuilder("unknown");
      List<Value> unknown = new ArrayList<>();
      for (Tensor input : inputs) {
        if (input == null) {
          unknown.add(Value.ABSENT);
          continue;
        }
        long[] sizes = new long[input.shape().rank()];
        Arrays.fill(sizes, Shape.UNKNOWN);
        Shape shape = ranked ? Shape.of(sizes) : Shape.UNRANKED;
        unknown.add(b.input("x", Type.tensor(input.dtype(), shape)));
      }
      List<Value> results = b.add(op, attrs, unknown, outputs, "");
      for (int i = 0; i < outputs; i++) {
        Type.OfTensor type = results.get(i).tensorType();
        Tensor tensor = tensors.get(i);
        Assertions.assertEquals(tensor.dtype(), type.dtype(), op.name());
        if (type.shape().isRanked()) {
          Assertions.assertEquals(tensor.shape().rank(), type.shape().rank(), op.name());
          for (int a = 0; a < tensor.shape().rank(); a++) {
            long size = type.shape().size(a);
            Assertions.assertTrue(size < 0 || size == tensor.shape().size(a), op.name());
          }
        }
      }
    }
  }

  private Eager() {}
}
