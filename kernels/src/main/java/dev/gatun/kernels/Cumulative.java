package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Cumulative sums and products along one axis of F32, F64, I32 or I64 tensors.
 *
 * <p>Along the last axis each float32 line is accumulated in double and bound by the latency of an
 * addition; along others float32 is a vector loop over what follows the axis, bound by memory.
 * Immutable; a task owns a range of lines.
 */
public final class Cumulative {
  /** What is accumulated. */
  public enum Kind {
    /** A running sum. */
    SUM,
    /** A running product. */
    PRODUCT
  }

  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = S.length();
  private static final long BYTES = 4L * L;
  private static final int MAX_TASKS = 64;
  private static final long TASK_ELEMENTS = 16 << 10;

  private final ElementType type;
  private final boolean product;
  private final boolean exclusive;
  private final boolean reverse;
  private final long axis;
  private final long inner;
  private final long outer;
  private final long pieceInner;
  private final long pieces;
  private final int tasks;

  private Cumulative(
      ElementType type,
      Kind kind,
      long outer,
      long axis,
      long inner,
      boolean exclusive,
      boolean reverse) {
    switch (type) {
      case F32, F64, I32, I64 -> {
        // Has arithmetic.
      }
      default ->
          throw new IllegalArgumentException(
              "cumulative " + kind + ": needs F32, F64, I32 or I64 elements, got " + type);
    }
    if (outer < 0 || axis < 0 || inner < 0) {
      throw new IllegalArgumentException("cumulative " + kind + ": negative size");
    }
    this.type = type;
    this.product = kind == Kind.PRODUCT;
    this.outer = outer;
    this.axis = axis;
    this.inner = inner;
    this.exclusive = exclusive;
    this.reverse = reverse;
    long wanted = Math.max(1, Math.min(MAX_TASKS, outer * axis * inner / TASK_ELEMENTS));
    long share = outer == 0 ? inner : Math.ceilDiv(inner, Math.max(1, Math.ceilDiv(wanted, outer)));
    pieceInner = Math.max(64, Math.ceilDiv(share, 64L) * 64);
    pieces = Math.ceilDiv(inner, pieceInner);
    tasks = (int) Math.max(1, Math.min(wanted, outer * pieces));
  }

  /**
   * Plans the scan of a tensor [outer, axis, inner].
   *
   * @param exclusive whether an element is left out of its own sum or product
   * @param reverse whether to start from the end of the axis
   */
  public static Cumulative of(
      ElementType type,
      Kind kind,
      long outer,
      long axis,
      long inner,
      boolean exclusive,
      boolean reverse) {
    return new Cumulative(type, kind, outer, axis, inner, exclusive, reverse);
  }

  /** Number of tasks, at least 1. */
  public int tasks() {
    return tasks;
  }

  /** Scans one task's lines; {@code dst} must not overlap {@code src}. */
  public void run(long src, long dst, int task) {
    long units = axis == 0 ? 0 : outer * pieces;
    long end = units * (task + 1) / tasks;
    int bytes = type.bytes();
    long step = (reverse ? -inner : inner) * bytes;
    for (long unit = units * task / tasks; unit < end; unit++) {
      long o = unit / pieces;
      long from = (unit - o * pieces) * pieceInner;
      long count = Math.min(pieceInner, inner - from);
      long at = ((o * axis + (reverse ? axis - 1 : 0)) * inner + from) * bytes;
      if (type == ElementType.F32 && inner >= 4) {
        rows(src + at, dst + at, step, count);
      } else {
        for (long k = 0; k < count; k++) {
          line(src + at + k * bytes, dst + at + k * bytes, step);
        }
      }
    }
  }

  // Row by row: each is the one before with the elements of a row added or multiplied to it. The
  // row
  // before is still in L1 or L2; walking down the columns of one vector is slower.
  private void rows(long src, long dst, long step, long count) {
    if (exclusive) {
      int start = Float.floatToRawIntBits(product ? 1f : 0f);
      CopyRows.fill(dst, 4 * count, CopyRows.repeat(start, 4));
    } else {
      CopyRows.copy(src, dst, 4 * count);
    }
    for (long k = 1; k < axis; k++) {
      long before = dst + (k - 1) * step;
      long with = src + (exclusive ? k - 1 : k) * step;
      if (product) {
        products(before, with, dst + k * step, count);
      } else {
        sums(before, with, dst + k * step, count);
      }
    }
  }

  private static void sums(long a, long b, long dst, long count) {
    long vectors = count / L;
    for (long k = 0; k < vectors; k++) {
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, a + k * BYTES, Lanes.ORDER);
      FloatVector y = FloatVector.fromMemorySegment(S, Memory.ALL, b + k * BYTES, Lanes.ORDER);
      x.add(y).intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
    if (vectors * L < count) {
      VectorMask<Float> m = S.indexInRange(vectors * L, count);
      long at = vectors * BYTES;
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, a + at, Lanes.ORDER, m);
      FloatVector y = FloatVector.fromMemorySegment(S, Memory.ALL, b + at, Lanes.ORDER, m);
      x.add(y).intoMemorySegment(Memory.ALL, dst + at, Lanes.ORDER, m);
    }
  }

  private static void products(long a, long b, long dst, long count) {
    long vectors = count / L;
    for (long k = 0; k < vectors; k++) {
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, a + k * BYTES, Lanes.ORDER);
      FloatVector y = FloatVector.fromMemorySegment(S, Memory.ALL, b + k * BYTES, Lanes.ORDER);
      x.mul(y).intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
    if (vectors * L < count) {
      VectorMask<Float> m = S.indexInRange(vectors * L, count);
      long at = vectors * BYTES;
      FloatVector x = FloatVector.fromMemorySegment(S, Memory.ALL, a + at, Lanes.ORDER, m);
      FloatVector y = FloatVector.fromMemorySegment(S, Memory.ALL, b + at, Lanes.ORDER, m);
      x.mul(y).intoMemorySegment(Memory.ALL, dst + at, Lanes.ORDER, m);
    }
  }

  private void line(long src, long dst, long step) {
    switch (type) {
      case F32 -> {
        double acc = product ? 1 : 0;
        for (long k = 0; k < axis; k++) {
          double v = Memory.ALL.get(Memory.F32, src + k * step);
          double next = product ? acc * v : acc + v;
          Memory.ALL.set(Memory.F32, dst + k * step, (float) (exclusive ? acc : next));
          acc = next;
        }
      }
      case F64 -> {
        double acc = product ? 1 : 0;
        for (long k = 0; k < axis; k++) {
          double v = Memory.ALL.get(Memory.F64, src + k * step);
          double next = product ? acc * v : acc + v;
          Memory.ALL.set(Memory.F64, dst + k * step, exclusive ? acc : next);
          acc = next;
        }
      }
      case I32 -> {
        int acc = product ? 1 : 0;
        for (long k = 0; k < axis; k++) {
          int v = Memory.ALL.get(Memory.I32, src + k * step);
          int next = product ? acc * v : acc + v;
          Memory.ALL.set(Memory.I32, dst + k * step, exclusive ? acc : next);
          acc = next;
        }
      }
      default -> {
        long acc = product ? 1 : 0;
        for (long k = 0; k < axis; k++) {
          long v = Memory.ALL.get(Memory.I64, src + k * step);
          long next = product ? acc * v : acc + v;
          Memory.ALL.set(Memory.I64, dst + k * step, exclusive ? acc : next);
          acc = next;
        }
      }
    }
  }
}
