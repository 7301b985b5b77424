package dev.gatun.formats.onnx.map;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Computes small constants while a model is imported: exporters compute shapes and axes with
 * operators, and types are only as exact as these are known. Large constants are left to the
 * compiler.
 */
final class Folding {
  private static final long MAX_ELEMENTS = 4096;

  /** Values of a node's outputs if all of it is known now. */
  static Optional<List<Datum>> fold(OpDef op, Attrs attrs, List<Value> args, int outputs) {
    Optional<Datum> shape = ShapeFolding.fold(op, attrs, args);
    if (shape.isPresent()) {
      return Optional.of(List.of(shape.get()));
    }
    if (!op.isPure(attrs) || args.isEmpty()) {
      return Optional.empty();
    }
    GraphBuilder b = new GraphBuilder("fold");
    List<Value> constants = new ArrayList<>();
    List<@Nullable Datum> values = new ArrayList<>();
    for (Value arg : args) {
      if (arg.isAbsent()) {
        constants.add(arg);
        values.add(null);
        continue;
      }
      if (arg.constant().isEmpty() || arg.constant().get().elements() > MAX_ELEMENTS) {
        return Optional.empty();
      }
      constants.add(b.constant("c", arg.constant().get()));
      values.add(arg.constant().get());
    }
    for (Value result : b.add(op, attrs, constants, outputs, "")) {
      if (!(result.type() instanceof Type.OfTensor tensor)
          || !tensor.shape().isFixed()
          || tensor.shape().elements() > MAX_ELEMENTS) {
        return Optional.empty();
      }
    }
    return run(op, b.build().nodes().get(0).attrs(), values, outputs);
  }

  private static Optional<List<Datum>> run(
      OpDef op, Attrs attrs, List<@Nullable Datum> values, int outputs) {
    try {
      return Optional.of(
          List.copyOf(Interpreter.evaluate(op, attrs, values, outputs, new Interpreter())));
    } catch (GatunException | ArithmeticException e) {
      // An error of this node's values (an integer divided by zero) belongs to the run, where the
      // node may not even be reached.
      return Optional.empty();
    }
  }
}
