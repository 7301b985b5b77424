package dev.gatun.core.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Runs an operator on literal tensors (separated by ";", "-" for an absent input) and compares.
 *
 * <p>Each case runs with inputs that are constants, of fixed types, of known rank only and of
 * unknown rank: the inferred type must always admit the value, and for constants be exact.
 */
final class OpChecks {
  private enum Knowledge {
    CONSTANT,
    FIXED,
    RANKED,
    UNRANKED
  }

  /** The outputs must be {@code expected}; the last arguments are attributes. */
  static void check(OpDef op, String inputs, String expected, Object... attrs) {
    check(op, tensors(inputs), tensors(expected), 0, true, Attrs.of(attrs));
  }

  /** As {@link #check} for floating results that are rounded: relative error, and absolute at 0. */
  static void checkClose(
      double tolerance, OpDef op, String inputs, String expected, Object... attrs) {
    check(op, tensors(inputs), tensors(expected), tolerance, true, Attrs.of(attrs));
  }

  /** As {@link #check} for operators whose output sizes depend on data. */
  static void checkData(OpDef op, String inputs, String expected, Object... attrs) {
    check(op, tensors(inputs), tensors(expected), 0, false, Attrs.of(attrs));
  }

  /** Building or running the node must fail with a message that has all of the parts. */
  static void fails(OpDef op, String inputs, List<String> parts, Object... attrs) {
    for (Knowledge knowledge : Knowledge.values()) {
      GatunException e =
          assertThrows(
              GatunException.class,
              () -> run(op, tensors(inputs), 1, knowledge, Attrs.of(attrs)),
              op + " with " + knowledge + " inputs " + inputs);
      String message = String.valueOf(e.getMessage());
      for (String part : parts) {
        assertTrue(message.contains(part), message + " lacks " + part);
      }
      assertTrue(message.contains(op.name()), message + " lacks the operator");
    }
  }

  private static List<Tensor> tensors(String literals) {
    List<Tensor> tensors = new ArrayList<>();
    for (String literal : literals.split(";", -1)) {
      if (!literal.isBlank()) {
        tensors.add(literal.strip().equals("-") ? ABSENT : Literals.parse(literal));
      }
    }
    return tensors;
  }

  private static final Tensor ABSENT = Tensor.of(new String[] {"an absent input"}, 1);

  static void check(
      OpDef op,
      List<Tensor> inputs,
      List<Tensor> expected,
      double tolerance,
      boolean exactTypes,
      Attrs attrs) {
    for (Knowledge knowledge : Knowledge.values()) {
      String where = op.name() + attrs + " on " + inputs + " as " + knowledge;
      List<Type> types = new ArrayList<>();
      List<Datum> results = run(op, inputs, expected.size(), knowledge, attrs, types);
      for (int i = 0; i < expected.size(); i++) {
        assertSame(expected.get(i), (Tensor) results.get(i), tolerance, where + ", output " + i);
        assertTrue(
            admits(types.get(i), expected.get(i)),
            where + ": inferred " + types.get(i) + " for output " + i);
        if (exactTypes && knowledge == Knowledge.CONSTANT) {
          assertEquals(expected.get(i).type(), types.get(i), where + ", output " + i);
        }
      }
    }
  }

  private static List<Datum> run(
      OpDef op, List<Tensor> inputs, int outputs, Knowledge knowledge, Attrs attrs) {
    return run(op, inputs, outputs, knowledge, attrs, new ArrayList<>());
  }

  private static List<Datum> run(
      OpDef op,
      List<Tensor> inputs,
      int outputs,
      Knowledge knowledge,
      Attrs attrs,
      List<Type> types) {
    GraphBuilder b = new GraphBuilder("test");
    List<Value> args = new ArrayList<>();
    List<Datum> values = new ArrayList<>();
    for (Tensor input : inputs) {
      if (input.equals(ABSENT)) {
        args.add(Value.ABSENT);
      } else if (knowledge == Knowledge.CONSTANT) {
        args.add(b.constant(input));
      } else {
        long[] unknown = new long[input.shape().rank()];
        Arrays.fill(unknown, Shape.UNKNOWN);
        Shape shape =
            switch (knowledge) {
              case RANKED -> Shape.of(unknown);
              case UNRANKED -> Shape.UNRANKED;
              default -> input.shape();
            };
        args.add(b.input("x" + args.size(), Type.tensor(input.dtype(), shape)));
        values.add(input);
      }
    }
    List<Value> results = b.add(op, attrs, args, outputs, "");
    for (Value result : results) {
      types.add(result.type());
      b.output(result.name(), result);
    }
    Graph graph = b.build();
    return new Interpreter().run(graph, values);
  }

  /** Whether a value may have the inferred type. */
  static boolean admits(Type type, Tensor value) {
    if (!(type instanceof Type.OfTensor tensor) || tensor.dtype() != value.dtype()) {
      return false;
    }
    if (!tensor.shape().isRanked()) {
      return true;
    }
    if (tensor.shape().rank() != value.shape().rank()) {
      return false;
    }
    for (int i = 0; i < value.shape().rank(); i++) {
      long size = tensor.shape().size(i);
      if (size >= 0 && size != value.shape().size(i)) {
        return false;
      }
    }
    return true;
  }

  static void assertSame(Tensor expected, Tensor actual, double tolerance, String where) {
    assertEquals(expected.type(), actual.type(), where);
    for (long i = 0; i < expected.elements(); i++) {
      if (expected.dtype().isFloat()) {
        double x = expected.getDouble(i);
        double y = actual.getDouble(i);
        // == tells neither zeros apart nor NaN equal; Double.equals does both.
        boolean close =
            tolerance == 0
                ? Double.valueOf(x).equals(y)
                : Double.valueOf(x).equals(y)
                    || Math.abs(x - y) <= tolerance * Math.max(1, Math.abs(x));
        assertTrue(close, where + ": element " + i + " is " + y + ", expected " + x);
      }
    }
    if (!expected.dtype().isFloat()) {
      assertEquals(expected, actual, where);
    }
  }

  private OpChecks() {}
}
