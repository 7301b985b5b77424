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
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;
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
  private static final DType[] TYPES = {
    DType.F32,
    DType.F32,
    DType.F32,
    DType.I64,
    DType.I64,
    DType.I32,
    DType.U8,
    DType.BOOL,
    DType.STRING,
    DType.F16,
    DType.F64,
    DType.U64
  };

  static Stream<OpDef> operators() {
    return Ops.ALL.stream();
  }

  @ParameterizedTest
  @MethodSource("operators")
  void givesAResultOrAClearError(OpDef op) {
    SplittableRandom random = new SplittableRandom(op.name().hashCode());
    for (int round = 0; round < ROUNDS; round++) {
      List<@Nullable Datum> inputs = new ArrayList<>();
      int count = random.nextInt(6);
      DType common = TYPES[random.nextInt(TYPES.length)];
      for (int i = 0; i < count; i++) {
        boolean same = random.nextInt(3) > 0;
        inputs.add(
            random.nextInt(12) == 0
                ? null
                : datum(random, same ? common : TYPES[random.nextInt(TYPES.length)]));
      }
      Attrs attrs = attrs(op, random);
      for (int knowledge = 0; knowledge < 3; knowledge++) {
        attempt(op, attrs, inputs, knowledge, 1 + random.nextInt(2));
      }
    }
  }

  private static void attempt(
      OpDef op, Attrs attrs, List<@Nullable Datum> inputs, int knowledge, int outputs) {
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
      return;
    } catch (RuntimeException e) {
      fail(what.get() + ": inferring the type fails", e);
      return;
    }
    Node node = b.build().nodes().get(0);
    List<? extends Datum> values;
    try {
      values =
          Interpreter.evaluate(
              op,
              node.attrs(),
              inputs.subList(0, node.inputs().size()),
              outputs,
              new Interpreter());
    } catch (GatunException e) {
      return;
    } catch (RuntimeException e) {
      fail(what.get() + ": running fails", e);
      return;
    }
    for (int i = 0; i < outputs; i++) {
      Type inferred = results.get(i).type();
      if (values.get(i) instanceof Tensor tensor && !OpChecks.admits(inferred, tensor)) {
        fail(what.get() + ": infers " + inferred + " for " + tensor);
      }
    }
  }

  private static Type forget(Type type, int knowledge) {
    if (type instanceof Type.OfTensor(DType dtype, Shape shape) && knowledge == 2) {
      return Type.tensor(
          dtype, shape.rank() % 2 == 0 ? Shape.UNRANKED : Axes.unknown(shape.rank()));
    }
    return type;
  }

  private static Datum datum(SplittableRandom random, DType dtype) {
    Tensor tensor = tensor(random, dtype);
    return switch (random.nextInt(24)) {
      case 0 -> new Datum.Sequence(tensor.type(), List.of(tensor, tensor));
      case 1 -> new Datum.Maybe(tensor.type(), tensor);
      default -> tensor;
    };
  }

  private static Tensor tensor(SplittableRandom random, DType dtype) {
    long[] sizes = new long[random.nextInt(5)];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = random.nextInt(8) == 0 ? 0 : 1 + random.nextInt(3);
    }
    TensorBuilder tensor = new TensorBuilder(dtype, Shape.of(sizes));
    for (long i = 0; i < tensor.shape().elements(); i++) {
      if (dtype == DType.STRING) {
        tensor.set(i, String.valueOf(random.nextInt(4)));
      } else if (dtype.isFloat()) {
        tensor.set(i, random.nextInt(9) == 0 ? Double.NaN : random.nextInt(-4, 5) / 2.0);
      } else {
        tensor.set(
            i,
            random.nextInt(30) == 0 ? Long.MAX_VALUE - random.nextInt(2) : random.nextLong(-2, 5));
      }
    }
    return tensor.build();
  }

  /** Some of the operator's attributes, of the kind that their defaults have or of any. */
  private static Attrs attrs(OpDef op, SplittableRandom random) {
    Attrs attrs = Attrs.NONE;
    for (var attr : op.attrs().entrySet()) {
      if (random.nextInt(3) > 0) {
        Object like = attr.getValue().orElse(0L);
        Object value =
            switch (random.nextInt(12) == 0 ? random.nextInt(5) : -1) {
              case 0 -> (Object) random.nextLong();
              case 1 -> 0.5;
              case 2 -> List.of(1L, 0L);
              case 3 -> "odd";
              case 4 -> DType.I64;
              default -> similar(attr.getKey(), like, random);
            };
        attrs = attrs.with(attr.getKey(), value);
      }
    }
    return attrs;
  }

  private static Object similar(String name, Object like, SplittableRandom random) {
    if (name.equals("to") || name.equals("dtype") || name.equals("outputDtype")) {
      return TYPES[random.nextInt(TYPES.length)];
    }
    if (List.of("perm", "axes", "shifts", "kernel", "strides", "pads", "dilations", "output")
        .contains(name)) {
      long[] list = new long[random.nextInt(5)];
      for (int i = 0; i < list.length; i++) {
        list[i] = random.nextLong(-1, 3);
      }
      return list;
    }
    return switch (like) {
      case Long whole -> random.nextLong(-2, 4);
      case Integer whole -> random.nextLong(-2, 4);
      case Double real -> random.nextInt(-4, 5) / 2.0;
      case Boolean flag -> random.nextBoolean();
      default -> like;
    };
  }
}
