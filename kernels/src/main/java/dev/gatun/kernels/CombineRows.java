package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * dst[i] = dst[i] op src[i] over a short row of any element type: the inner loop of scatters.
 *
 * <p>Sums of float rows, the gradient of an embedding, are vectors; everything else is scalar.
 */
final class CombineRows {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = S.length();
  private static final long BYTES = 4L * L;

  /** Refuses types whose arithmetic is not supported. */
  static void require(String what, ElementType type, ScatterReduction reduction) {
    if (reduction == ScatterReduction.NONE) {
      return;
    }
    switch (type) {
      case F32, F64, I32, I64 -> {
        // Has arithmetic.
      }
      default ->
          throw new IllegalArgumentException(
              what
                  + ": reduction "
                  + reduction
                  + " needs F32, F64, I32 or I64 elements, got "
                  + type);
    }
  }

  static void run(ElementType type, ScatterReduction reduction, long src, long dst, long count) {
    if (reduction == ScatterReduction.NONE) {
      CopyRows.copy(src, dst, count * type.bytes());
      return;
    }
    switch (type) {
      case F32 -> {
        if (reduction == ScatterReduction.ADD && count >= L) {
          addF32(src, dst, count);
        } else {
          f32(reduction, src, dst, 0, count);
        }
      }
      case F64 -> f64(reduction, src, dst, count);
      case I32 -> i32(reduction, src, dst, count);
      default -> i64(reduction, src, dst, count);
    }
  }

  private static void addF32(long src, long dst, long count) {
    long vectors = count / L;
    for (long k = 0; k < vectors; k++) {
      FloatVector a = FloatVector.fromMemorySegment(S, Memory.ALL, dst + BYTES * k, Lanes.ORDER);
      FloatVector b = FloatVector.fromMemorySegment(S, Memory.ALL, src + BYTES * k, Lanes.ORDER);
      a.add(b).intoMemorySegment(Memory.ALL, dst + BYTES * k, Lanes.ORDER);
    }
    f32(ScatterReduction.ADD, src, dst, vectors * L, count);
  }

  private static void f32(ScatterReduction reduction, long src, long dst, long first, long count) {
    for (long k = first; k < count; k++) {
      float a = Memory.ALL.get(Memory.F32, dst + 4 * k);
      float b = Memory.ALL.get(Memory.F32, src + 4 * k);
      float r =
          switch (reduction) {
            case NONE -> b;
            case ADD -> a + b;
            case MUL -> a * b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
          };
      Memory.ALL.set(Memory.F32, dst + 4 * k, r);
    }
  }

  private static void f64(ScatterReduction reduction, long src, long dst, long count) {
    for (long k = 0; k < count; k++) {
      double a = Memory.ALL.get(Memory.F64, dst + 8 * k);
      double b = Memory.ALL.get(Memory.F64, src + 8 * k);
      double r =
          switch (reduction) {
            case NONE -> b;
            case ADD -> a + b;
            case MUL -> a * b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
          };
      Memory.ALL.set(Memory.F64, dst + 8 * k, r);
    }
  }

  private static void i32(ScatterReduction reduction, long src, long dst, long count) {
    for (long k = 0; k < count; k++) {
      int a = Memory.ALL.get(Memory.I32, dst + 4 * k);
      int b = Memory.ALL.get(Memory.I32, src + 4 * k);
      int r =
          switch (reduction) {
            case NONE -> b;
            case ADD -> a + b;
            case MUL -> a * b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
          };
      Memory.ALL.set(Memory.I32, dst + 4 * k, r);
    }
  }

  private static void i64(ScatterReduction reduction, long src, long dst, long count) {
    for (long k = 0; k < count; k++) {
      long a = Memory.ALL.get(Memory.I64, dst + 8 * k);
      long b = Memory.ALL.get(Memory.I64, src + 8 * k);
      long r =
          switch (reduction) {
            case NONE -> b;
            case ADD -> a + b;
            case MUL -> a * b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
          };
      Memory.ALL.set(Memory.I64, dst + 8 * k, r);
    }
  }

  private CombineRows() {}
}
