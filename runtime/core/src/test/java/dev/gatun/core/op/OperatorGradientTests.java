package dev.gatun.core.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.autodiff.GradientCheck;
import dev.gatun.core.autodiff.Gradients;
import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The gradient of every operator against central differences in float64: on random operands and
 * attributes and on {@link GradientSamples}.
 */
class OperatorGradientTests {
  private static final int ATTEMPTS = 1000;
  private static final int RUNS = 6;
  private static final int FEWEST = 2;

  /** Operators without a gradient to be checked, and why. */
  private static final Map<String, String> WITHOUT = new TreeMap<>();

  static {
    for (String op :
        List.of(
            "not",
            "bitNot",
            "isNaN",
            "isInf",
            "and",
            "or",
            "xor",
            "bitAnd",
            "bitOr",
            "bitXor",
            "shiftLeft",
            "shiftRight",
            "equal",
            "less",
            "lessEqual",
            "greater",
            "greaterEqual",
            "shapeOf",
            "sizeOf",
            "nonZero",
            "argMax",
            "argMin",
            "multinomial",
            "assignment",
            "nonMaxSuppression",
            "sequenceLength",
            "optionalHasElement")) {
      WITHOUT.put(op, "results are integers or booleans");
    }
    for (String op :
        List.of(
            "constantOfShape",
            "randomUniform",
            "randomNormal",
            "hannWindow",
            "hammingWindow",
            "blackmanWindow",
            "melWeightMatrix",
            "range")) {
      WITHOUT.put(op, "makes a value from sizes and numbers");
    }
    for (String op :
        List.of(
            "sequenceConstruct",
            "sequenceEmpty",
            "sequenceAt",
            "sequenceInsert",
            "sequenceErase",
            "splitToSequence",
            "concatFromSequence",
            "sequenceMap",
            "optional",
            "optionalGetElement")) {
      WITHOUT.put(op, "sequences and optionals carry no gradient; use split, concat and stack");
    }
    for (String op : List.of("stopGradient", "straightThrough", "quantizeLinear", "bernoulli")) {
      WITHOUT.put(op, "its gradient is not that of its value, on purpose");
    }
    WITHOUT.put("randomLike", "of x only the shape counts");
    WITHOUT.put("bitCast", "reads bits as another type");
    WITHOUT.put("unique", "the number of results jumps with the values");
    WITHOUT.put("dynamicQuantizeLinear", "quantized for inference; use straightThrough");
    WITHOUT.put("cofactor", "the second derivative of det");
    WITHOUT.put("ctcLossGradient", "the second derivative of ctcLoss");
  }

  /** Operators whose gradients have no gradient: the operators that give them are on the list. */
  private static final List<String> ONCE = List.of("det", "ctcLoss");

  private static final Set<OpDef> SAMPLED = new HashSet<>();

  static {
    for (String sample : GradientSamples.ALL) {
      Value last = GradientSamples.graph(sample, "f64").outputs().get(0);
      SAMPLED.add(last.producer().orElseThrow().op());
    }
  }

  static Stream<OpDef> operators() {
    return Ops.ALL.stream().filter(op -> !WITHOUT.containsKey(op.name()));
  }

  static List<String> samples() {
    return GradientSamples.ALL;
  }

  @ParameterizedTest
  @MethodSource("samples")
  void samplesAgreeWithDifferences(String sample) {
    Graph graph = GradientSamples.graph(sample, "f64");
    List<Tensor> inputs = inputs(graph, sample);
    GradientCheck.Function function = (b, x) -> b.inline(graph, x);
    assertTrue(GradientCheck.isSmooth(function, inputs), sample);
    GradientCheck.check(sample, function, inputs, 2e-6);
  }

  /** Gradients are differentiated once more, where the operators in them have gradients. */
  @ParameterizedTest
  @MethodSource("samples")
  void gradientsOfGradientsAgreeWithDifferences(String sample) {
    Graph graph = GradientSamples.graph(sample, "f64");
    List<Tensor> inputs = inputs(graph, sample);
    GradientCheck.Function function =
        (b, x) -> {
          List<Value> outputs = new ArrayList<>();
          List<Value> upstream = new ArrayList<>();
          for (Value output : b.inline(graph, x)) {
            if (output.tensorType().dtype().isFloat()) {
              outputs.add(output);
              upstream.add(b.add(Sin.OP, output)); // not linear, so that products count
            }
          }
          return Gradients.of(b, outputs, upstream, x);
        };
    if (ONCE.stream().noneMatch(op -> sample.contains(" " + op + "("))) {
      GradientCheck.checkAlong(sample, function, inputs, 1e-5);
    }
  }

  private static List<Tensor> inputs(Graph graph, String sample) {
    SplittableRandom random = new SplittableRandom(41L * sample.hashCode());
    List<Tensor> inputs = new ArrayList<>();
    for (Value input : graph.inputs()) {
      inputs.add(random(input.tensorType().shape().sizes(), random));
    }
    return inputs;
  }

  @ParameterizedTest
  @MethodSource("operators")
  void agreesWithDifferences(OpDef op) {
    SplittableRandom random = new SplittableRandom(37L * op.name().hashCode());
    int runs = 0;
    for (int i = 0; i < ATTEMPTS && runs < RUNS; i++) {
      List<@Nullable Datum> operands = RandomOperands.inputs(random);
      Attrs attrs = RandomOperands.attrs(op, random);
      int outputs = 1 + random.nextInt(2);
      List<Tensor> inputs = new ArrayList<>();
      boolean real = false;
      for (Datum operand : operands) {
        if (isReal(operand)) {
          Tensor tensor = (Tensor) operand;
          inputs.add(random(tensor.shape().sizes(), random));
          real |= tensor.elements() > 0;
        }
      }
      if (!real || !op.isPure(attrs)) {
        continue;
      }
      GradientCheck.Function function =
          (b, x) -> {
            List<Value> args = new ArrayList<>();
            int next = 0;
            for (Datum operand : operands) {
              args.add(
                  isReal(operand)
                      ? x.get(next++)
                      : operand == null ? Value.ABSENT : b.constant("c", operand));
            }
            return b.add(op, attrs, args, outputs, "");
          };
      if (GradientCheck.isSmooth(function, inputs)) {
        String where = op + attrs.toString() + operands;
        runs += GradientCheck.checkIfPossible(where, function, inputs, 2e-6) ? 1 : 0;
      }
    }
    assertTrue(
        runs >= FEWEST || SAMPLED.contains(op),
        op + " ran only " + runs + " times; add a sample, or a reason why it has no gradient");
  }

  private static boolean isReal(@Nullable Datum operand) {
    return operand instanceof Tensor tensor && tensor.dtype().isFloat();
  }

  private static Tensor random(long[] sizes, SplittableRandom random) {
    Shape shape = Shape.of(sizes);
    return Tensor.rounded(DType.F64, shape, random.doubles(shape.elements(), -2, 2).toArray());
  }

  @Test
  void onlyOperatorsOfTheListAreWithout() {
    Set<String> names = new HashSet<>();
    Ops.ALL.forEach(op -> names.add(op.name()));
    Set<String> unknown = new TreeSet<>(WITHOUT.keySet());
    unknown.removeAll(names);
    assertEquals(Set.of(), unknown);
  }
}
