package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The gradient of layer norm over contiguous rows: with n = (x - mean) * inverse and d = dy * scale
 * it is dx = inverse * (d - mean(d) - n * mean(d n)), and that of the scale the sum of dy * n over
 * the rows.
 *
 * <p>Rows are cut into parts by their sizes alone, whose sums are added up in order: the number of
 * threads changes nothing. One pass through memory, the second over a row hits L1: memory bound. dx
 * may be x or dy.
 */
public final class LayerNormGradientF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final long BYTES = 4L * L;

  /** Floats of a part if that makes 16 to 128 rows; so many are added up in float. */
  private static final int PART_FLOATS = 1 << 13;

  private final long rows;
  private final int length;
  private final int parts;

  /** A plan for so many rows; at least one of at least one element. */
  public LayerNormGradientF32(long rows, int length) {
    this.rows = rows;
    this.length = length;
    parts = Math.toIntExact(Math.ceilDiv(rows, (long) Math.clamp(PART_FLOATS / length, 16, 128)));
  }

  /** Number of parts, which may run in any order and at the same time. */
  public int parts() {
    return parts;
  }

  /** Bytes for the sums of all parts. */
  public long scratchBytes() {
    return 4L * parts * length;
  }

  /** Rows of a part of dx; sums of dy * n go to scratch. */
  public void run(
      long x, long dy, long mean, long inverse, long scale, long dx, long scratch, int part) {
    long sums = scratch + 4L * part * length;
    Fill.zero(sums, 4L * length);
    long last = rows * (part + 1) / parts;
    for (long row = rows * part / parts; row < last; row++) {
      long skip = 4L * row * length;
      row(
          x + skip,
          dy + skip,
          Memory.ALL.get(Memory.F32, mean + 4 * row),
          Memory.ALL.get(Memory.F32, inverse + 4 * row),
          scale,
          dx + skip,
          sums);
    }
  }

  private void row(long x, long dy, float mean, float inverse, long scale, long dx, long sums) {
    FloatVector flow = FloatVector.zero(S);
    FloatVector product = FloatVector.zero(S);
    int vectors = length / L;
    for (int k = 0; k < vectors; k++) {
      long at = k * BYTES;
      FloatVector n =
          FloatVector.fromMemorySegment(S, Memory.ALL, x + at, Lanes.ORDER).sub(mean).mul(inverse);
      FloatVector g = FloatVector.fromMemorySegment(S, Memory.ALL, dy + at, Lanes.ORDER);
      FloatVector d = g.mul(FloatVector.fromMemorySegment(S, Memory.ALL, scale + at, Lanes.ORDER));
      flow = flow.add(d);
      product = d.fma(n, product);
      g.fma(n, FloatVector.fromMemorySegment(S, Memory.ALL, sums + at, Lanes.ORDER))
          .intoMemorySegment(Memory.ALL, sums + at, Lanes.ORDER);
    }
    long rest = vectors * BYTES;
    if (vectors * L < length) {
      VectorMask<Float> in = S.indexInRange(vectors * L, length);
      FloatVector n =
          FloatVector.fromMemorySegment(S, Memory.ALL, x + rest, Lanes.ORDER, in)
              .sub(mean)
              .mul(inverse);
      FloatVector g = FloatVector.fromMemorySegment(S, Memory.ALL, dy + rest, Lanes.ORDER, in);
      FloatVector d =
          g.mul(FloatVector.fromMemorySegment(S, Memory.ALL, scale + rest, Lanes.ORDER, in));
      flow = flow.add(d);
      product = product.lanewise(VectorOperators.ADD, d.mul(n), in);
      g.fma(n, FloatVector.fromMemorySegment(S, Memory.ALL, sums + rest, Lanes.ORDER, in))
          .intoMemorySegment(Memory.ALL, sums + rest, Lanes.ORDER, in);
    }
    float meanFlow = flow.reduceLanes(VectorOperators.ADD) / length;
    float meanProduct = product.reduceLanes(VectorOperators.ADD) / length;
    write(x, dy, mean, inverse, scale, dx, meanFlow * inverse, meanProduct * inverse);
  }

  /** dx = dy * scale * inverse - flow - n * product. */
  private void write(
      long x, long dy, float mean, float inverse, long scale, long dx, float flow, float product) {
    FloatVector less = FloatVector.broadcast(S, -product);
    int vectors = length / L;
    for (int k = 0; k < vectors; k++) {
      long at = k * BYTES;
      FloatVector n =
          FloatVector.fromMemorySegment(S, Memory.ALL, x + at, Lanes.ORDER).sub(mean).mul(inverse);
      FloatVector d =
          FloatVector.fromMemorySegment(S, Memory.ALL, dy + at, Lanes.ORDER)
              .mul(FloatVector.fromMemorySegment(S, Memory.ALL, scale + at, Lanes.ORDER));
      n.fma(less, d.mul(inverse).sub(flow)).intoMemorySegment(Memory.ALL, dx + at, Lanes.ORDER);
    }
    if (vectors * L < length) {
      VectorMask<Float> in = S.indexInRange(vectors * L, length);
      long at = vectors * BYTES;
      FloatVector n =
          FloatVector.fromMemorySegment(S, Memory.ALL, x + at, Lanes.ORDER, in)
              .sub(mean)
              .mul(inverse);
      FloatVector d =
          FloatVector.fromMemorySegment(S, Memory.ALL, dy + at, Lanes.ORDER, in)
              .mul(FloatVector.fromMemorySegment(S, Memory.ALL, scale + at, Lanes.ORDER, in));
      n.fma(less, d.mul(inverse).sub(flow)).intoMemorySegment(Memory.ALL, dx + at, Lanes.ORDER, in);
    }
  }

  /** The scale's gradient, columns [first, last). */
  public void combine(long scratch, long dscale, long first, long last) {
    for (long c = first; c < last; c++) {
      double sum = 0;
      for (int part = 0; part < parts; part++) {
        sum += Memory.ALL.get(Memory.F32, scratch + 4 * ((long) part * length + c));
      }
      Memory.ALL.set(Memory.F32, dscale + 4 * c, (float) sum);
    }
  }
}
