package dev.gatun.core.op;

import static org.junit.jupiter.api.Assertions.fail;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every operator on random operands and attributes, most of which make no sense: it must give a
 * result or an error of ours, whatever is known about the operands, and what it infers must be what
 * it computes.
 */
class RobustnessTests {
  private static final int ROUNDS = 200;

  static Stream<OpDef> operators() {
    return Ops.ALL.stream();
  }

  @ParameterizedTest
  @MethodSource("operators")
  void givesAResultOrAClearError(OpDef op) {
    SplittableRandom random = new SplittableRandom(op.name().hashCode());
    for (int round = 0; round < ROUNDS; round++) {
      List<@Nullable Datum> inputs = RandomOperands.inputs(random);
      Attrs attrs = RandomOperands.attrs(op, random);
      int outputs = 1 + random.nextInt(2);
      // Values do not depend on what was known before: they are computed once a round.
      Optional<List<? extends Datum>> values = Optional.empty();
      for (int knowledge = 0; knowledge < 3; knowledge++) {
        values = attempt(op, attrs, inputs, knowledge, outputs, values);
      }
    }
  }

  /** Returns the values of the outputs if they were computed, now or before. */
  private static Optional<List<? extends Datum>> attempt(
      OpDef op,
      Attrs attrs,
      List<@Nullable Datum> inputs,
      int knowledge,
      int outputs,
      Optional<List<? extends Datum>> known) {
    // Made only for a failure: text for each attempt would take most of the time.
    Supplier<String> what = () -> op.name() + attrs + " on " + inputs + ", knowledge " + knowledge;
    GraphBuilder b = new GraphBuilder("test");
    List<Value> args = new ArrayList<>();
    for (Datum input : inputs) {
      if (input == null) {
        args.add(Value.ABSENT);
      } else if (knowledge == 0) {
        args.add(b.constant("c", input));
      } else {
        args.add(b.input("x", forget(input.type(), knowledge)));
      }
    }
    List<Value> results;
    try {
      results = b.add(op, attrs, args, outputs, "");
    } catch (GatunException e) {
      return known;
    } catch (RuntimeException e) {
      return fail(what.get() + ": inferring the type fails", e);
    }
    Node node = b.build().nodes().get(0);
    List<? extends Datum> values;
    try {
      values =
          known.isPresent()
              ? known.get()
              : Interpreter.evaluate(
                  op,
                  node.attrs(),
                  inputs.subList(0, node.inputs().size()),
                  outputs,
                  new Interpreter());
    } catch (GatunException e) {
      return known;
    } catch (RuntimeException e) {
      return fail(what.get() + ": running fails", e);
    }
    for (int i = 0; i < outputs; i++) {
      Type inferred = results.get(i).type();
      if (values.get(i) instanceof Tensor tensor && !OpChecks.admits(inferred, tensor)) {
        fail(what.get() + ": infers " + inferred + " for " + tensor);
      }
    }
    return Optional.of(values);
  }

  private static Type forget(Type type, int knowledge) {
    if (type instanceof Type.OfTensor(DType dtype, Shape shape) && knowledge == 2) {
      return Type.tensor(
          dtype, shape.rank() % 2 == 0 ? Shape.UNRANKED : Axes.unknown(shape.rank()));
    }
    return type;
  }
}
