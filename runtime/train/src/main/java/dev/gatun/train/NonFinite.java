package dev.gatun.train;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds where NaN or infinity first came up, by computing a graph node by node. */
final class NonFinite {
  /** What to tell about the first value that is not finite. */
  static String first(Graph graph, Map<String, Tensor> inputs) {
    Map<Value, Datum> values = new HashMap<>();
    for (Value input : graph.inputs()) {
      Tensor tensor = inputs.get(input.name());
      if (tensor != null) {
        values.put(input, tensor);
        long at = find(tensor);
        if (at >= 0) {
          return "input '"
              + input.name()
              + "' holds "
              + tensor.getDouble(at)
              + " at element "
              + at
              + " of "
              + tensor.type();
        }
      }
    }
    Interpreter interpreter = new Interpreter();
    @Nullable Node infinite = null;
    for (Node node : graph.nodes()) {
      List<@Nullable Datum> args = new ArrayList<>();
      for (Value input : node.inputs()) {
        args.add(
            input.isAbsent()
                ? null
                : values.containsKey(input)
                    ? values.get(input)
                    : input.constantDatum().orElseThrow());
      }
      List<? extends Datum> results =
          Interpreter.evaluate(node.op(), node.attrs(), args, node.outputs().size(), interpreter);
      for (int i = 0; i < results.size() && i < node.outputs().size(); i++) {
        values.put(node.outputs().get(i), results.get(i));
        if (results.get(i) instanceof Tensor tensor) {
          long at = find(tensor);
          if (at >= 0 && infinite == null) {
            infinite = node;
          }
          // Infinity may be meant, as in a mask; NaN never is.
          if (at >= 0 && hasNaN(tensor)) {
            String before =
                infinite == null || infinite == node
                    ? ""
                    : "; before it, " + infinite + " gave infinity";
            return tell(node, tensor, at, args) + before;
          }
        }
      }
    }
    return infinite == null
        ? "not found again with the reference operators"
        : infinite + " is the first to give infinity";
  }

  private static boolean hasNaN(Tensor tensor) {
    for (long i = 0; i < tensor.elements(); i++) {
      if (Double.isNaN(tensor.getDouble(i))) {
        return true;
      }
    }
    return false;
  }

  private static String tell(Node node, Tensor result, long at, List<@Nullable Datum> args) {
    List<String> given = new ArrayList<>();
    for (Datum arg : args) {
      given.add(arg instanceof Tensor tensor ? tensor.type() + range(tensor) : "nothing");
    }
    return node
        + " is the first to give "
        + result.getDouble(at)
        + ", at element "
        + at
        + " of "
        + result.type()
        + ", from "
        + String.join(" and ", given);
  }

  private static String range(Tensor tensor) {
    if (!tensor.dtype().isFloat() || tensor.elements() == 0) {
      return "";
    }
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (long i = 0; i < tensor.elements(); i++) {
      low = Math.min(low, tensor.getDouble(i));
      high = Math.max(high, tensor.getDouble(i));
    }
    return " between " + (float) low + " and " + (float) high;
  }

  /** The first element that is not finite, or -1. */
  private static long find(Tensor tensor) {
    if (tensor.dtype().isFloat()) {
      for (long i = 0; i < tensor.elements(); i++) {
        if (!Double.isFinite(tensor.getDouble(i))) {
          return i;
        }
      }
    }
    return -1;
  }

  private NonFinite() {}
}
