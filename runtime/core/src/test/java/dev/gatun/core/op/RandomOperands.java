package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Small random operands and attributes for any operator; many make no sense. */
final class RandomOperands {
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

  /** Up to five operands, null for an absent one; most of one type. */
  static List<@Nullable Datum> inputs(SplittableRandom random) {
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
    return inputs;
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
  static Attrs attrs(OpDef op, SplittableRandom random) {
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

  private RandomOperands() {}
}
