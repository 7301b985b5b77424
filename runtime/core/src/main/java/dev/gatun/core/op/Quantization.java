package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.SmallFloats;

/**
 * What the quantizing operators share: which scale belongs to which element, and rounding.
 *
 * <p>Scales and zero points are one number; or one for each index along {@code axis}; or, with a
 * blockSize, one for each blockSize elements along it (then they have the rank of x).
 */
final class Quantization {
  static void check(Operands in) {
    Shape x = in.shape(0);
    Shape scale = in.shape(1);
    in.require(in.dtype(1).isFloat(), "the scale must be floating");
    long block = in.attrs().integer("blockSize");
    in.require(block >= 0, "blockSize must be 0 or more, got %d", block);
    if (in.has(2) && scale.isFixed() && in.shape(2).isFixed()) {
      in.require(
          scale.equals(in.shape(2)) || scale.elements() == 1 && in.shape(2).elements() == 1,
          "scale and zero point must be of one shape");
    }
    if (!x.isFixed() || !scale.isFixed() || scale.elements() == 1 && scale.rank() <= 1) {
      return;
    }
    int axis = Axes.one(in, in.attrs().integer("axis"), x.rank());
    if (block == 0) {
      in.require(
          scale.rank() == 1 && scale.size(0) == x.size(axis),
          "there must be one scale or one for each of %d indices of axis %d",
          x.size(axis),
          axis);
      return;
    }
    boolean good = scale.rank() == x.rank();
    for (int a = 0; good && a < x.rank(); a++) {
      long blocks = a == axis ? (x.size(a) + block - 1) / block : x.size(a);
      good = scale.size(a) == blocks;
    }
    in.require(good, "scales must be those of blocks of %d along axis %d", block, axis);
  }

  /** For each element of x, which scale is its own. */
  static int[] scales(Evaluation in) {
    Shape x = in.tensor(0).shape();
    Shape scale = in.tensor(1).shape();
    int[] index = new int[Math.toIntExact(x.elements())];
    if (scale.elements() == 1 && scale.rank() <= 1) {
      return index;
    }
    int axis = Axes.at(in.attrs().integer("axis"), x.rank());
    int block = in.attrs().intValue("blockSize");
    int size = Math.toIntExact(x.size(axis));
    int inner = 1;
    for (int a = axis + 1; a < x.rank(); a++) {
      inner *= (int) x.size(a);
    }
    for (int i = 0; i < index.length; i++) {
      int at = i / inner % size;
      int blocks = block == 0 ? 0 : (size + block - 1) / block;
      index[i] = block == 0 ? at : (i / inner / size * blocks + at / block) * inner + i % inner;
    }
    return index;
  }

  /** A scale or zero point shaped (blocks: repeated) to be combined with x. */
  static Value spread(Formula f, Operands in, Value parameter) {
    Shape x = in.shape(0);
    Shape shape = parameter.tensorType().shape();
    if (shape.elements() == 1 && shape.rank() <= 1) {
      return f.reshape(parameter);
    }
    int axis = Axes.one(in, in.attrs().integer("axis"), x.rank());
    int block = in.attrs().intValue("blockSize");
    if (block == 0) {
      long[] behind = new long[x.rank() - 1 - axis];
      for (int i = 0; i < behind.length; i++) {
        behind[i] = i + 1L;
      }
      return f.unsqueeze(parameter, behind);
    }
    long[] ids = new long[Math.toIntExact(x.size(axis))];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = i / block;
    }
    return f.b().add(Gather.OP, Attrs.of("axis", axis), parameter, f.longs(ids));
  }

  /** A value rounded to a floating type: arithmetic is that of the type of the scale. */
  static double round(DType type, double value) {
    return switch (type) {
      case F32 -> (float) value;
      case F16 -> Float.float16ToFloat(SmallFloats.toF16(value));
      case BF16 -> Float.intBitsToFloat(SmallFloats.toBf16(value) << 16);
      default -> value;
    };
  }

  /** An integer type's nearest value. */
  static double clamp(DType type, double value) {
    return Math.min(Math.max(value, type.lowest()), type.highest());
  }

  private Quantization() {}
}
