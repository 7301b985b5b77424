package dev.gatun.core.op;

import static org.junit.jupiter.api.Assertions.fail;

import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.GraphText;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.plan.Backend;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every pure operator on random operands through a compiled plan: it must give what the interpreter
 * gives, and an error of ours where the interpreter gives one.
 */
class CompiledOpsTests {
  private static final int ATTEMPTS = 1000;
  private static final int RUNS = 16;
  private static final int ERRORS = 6;

  static Stream<OpDef> operators() {
    return Ops.ALL.stream();
  }

  @ParameterizedTest
  @MethodSource("operators")
  void agreesWithTheInterpreter(OpDef op) {
    SplittableRandom random = new SplittableRandom(31L * op.name().hashCode());
    int runs = 0;
    int errors = 0;
    for (int i = 0; i < ATTEMPTS && runs < RUNS; i++) {
      List<@Nullable Datum> inputs = RandomOperands.inputs(random);
      Attrs attrs = RandomOperands.attrs(op, random);
      if (!isPlain(op, attrs) || !op.isPure(attrs)) {
        continue;
      }
      List<Datum> given = new ArrayList<>();
      int outputs = 1 + random.nextInt(2);
      Graph graph;
      try {
        graph = graph(op, attrs, inputs, given, outputs, random);
      } catch (GatunException e) {
        continue;
      }
      List<Datum> expected;
      try {
        expected = new Interpreter().run(graph, given);
      } catch (GatunException e) {
        if (isKept(graph, given, outputs) && errors++ < ERRORS) {
          failsAlike(graph, given);
        }
        continue;
      }
      runs++;
      compare(graph, given, expected);
    }
  }

  /**
   * Whether the node is computed: passes drop one whose result must be its operand, and a second
   * output that an operator does not have is an error only when somebody asks for it.
   */
  private static boolean isKept(Graph graph, List<Datum> given, int outputs) {
    Type type = graph.outputs().get(0).type();
    return outputs == 1
        && type.isFixed()
        && given.stream().noneMatch(datum -> datum.type().equals(type));
  }

  /** Whether attributes are of the kind that their defaults have: others are errors anyhow. */
  private static boolean isPlain(OpDef op, Attrs attrs) {
    for (var attr : op.attrs().entrySet()) {
      Object given = attrs.asMap().get(attr.getKey());
      if (given != null
          && attr.getValue().isPresent()
          && kind(given) != kind(attr.getValue().get())) {
        return false;
      }
    }
    return true;
  }

  private static int kind(Object value) {
    return switch (value) {
      case Boolean flag -> 0;
      case Number number -> 1;
      case String text -> 2;
      case DType dtype -> 3;
      default -> 4;
    };
  }

  private static Graph graph(
      OpDef op,
      Attrs attrs,
      List<@Nullable Datum> inputs,
      List<Datum> given,
      int outputs,
      SplittableRandom random) {
    GraphBuilder b = new GraphBuilder("test");
    List<Value> args = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      Datum input = inputs.get(i);
      if (input == null) {
        args.add(Value.ABSENT);
      } else if (i > 0 && random.nextInt(3) > 0) {
        args.add(b.constant("c" + i, input));
      } else {
        args.add(b.input("x" + i, input.type()));
        given.add(input);
      }
    }
    List<Value> results = b.add(op, attrs, args, outputs, "it");
    for (int i = 0; i < outputs; i++) {
      b.output("y" + i, results.get(i));
    }
    return b.build();
  }

  private static Outputs run(Graph graph, List<Datum> given) {
    Map<String, Datum> inputs = new LinkedHashMap<>();
    for (int i = 0; i < given.size(); i++) {
      inputs.put(graph.inputs().get(i).name(), given.get(i));
    }
    SessionOptions options = SessionOptions.DEFAULT.backend(Backend.VECTOR).threads(1);
    try (Session session = new Model(graph, Map.of(), Map.of()).compile(options)) {
      return session.run(inputs);
    }
  }

  private static void failsAlike(Graph graph, List<Datum> given) {
    try {
      run(graph, given);
    } catch (GatunException e) {
      return;
    } catch (RuntimeException e) {
      fail(GraphText.full(graph) + " on " + given + " fails with another error", e);
    }
    fail(GraphText.full(graph) + " on " + given + " runs although the interpreter refuses it");
  }

  private static void compare(Graph graph, List<Datum> given, List<Datum> expected) {
    Outputs found;
    try {
      found = run(graph, given);
    } catch (RuntimeException e) {
      fail(GraphText.full(graph) + " on " + given, e);
      return;
    }
    for (int i = 0; i < expected.size(); i++) {
      Datum datum = found.datum(graph.outputNames().get(i));
      if (!agree(expected.get(i), datum)) {
        fail(
            GraphText.full(graph)
                + " on "
                + given
                + ": expected "
                + expected.get(i)
                + ", got "
                + datum);
      }
    }
  }

  private static boolean agree(Datum expected, Datum found) {
    if (!(expected instanceof Tensor e)
        || !(found instanceof Tensor f)
        || e.dtype() == DType.STRING) {
      return expected.equals(found);
    }
    if (!e.type().equals(f.type())) {
      return false;
    }
    // A 16-bit or narrower result may be rounded from a float32 one, to a neighbour.
    double tolerance =
        switch (e.dtype()) {
          case F64 -> 1e-12;
          case F32 -> 2e-5;
          case F16 -> 2e-3;
          case BF16 -> 2e-2;
          default -> 0;
        };
    for (long i = 0; i < e.elements(); i++) {
      double x = e.getDouble(i);
      double y = f.getDouble(i);
      // Zeros of both signs are equal here: sums in another order may end at either.
      if (x != y
          && !(Double.isNaN(x) && Double.isNaN(y))
          && !(Math.abs(x - y) <= tolerance * (1 + Math.abs(x)))) {
        return false;
      }
    }
    return true;
  }
}
