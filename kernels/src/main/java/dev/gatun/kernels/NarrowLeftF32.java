package dev.gatun.kernels;

import java.lang.foreign.Arena;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * A left row as {@link NarrowRowF32} takes it: filled up with zeros to whole groups, for int4 with
 * powers of 1/16, and with the sums of its groups. One for every thread, grown when a longer row
 * comes along and kept.
 */
final class NarrowLeftF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;

  /** For int4 weights: what the place of a weight in its word multiplies it by. */
  private static final float[] PLACES = places();

  private static final ThreadLocal<NarrowLeftF32> CURRENT =
      ThreadLocal.withInitial(NarrowLeftF32::new);

  private final Arena lineOwner = Arena.ofAuto();
  private final long line = lineOwner.allocate(2L * 4 * L, Memory.ALIGNMENT).address();
  private float[] plain = new float[0];
  private float[] scaled = new float[0];
  private float[] sums = new float[0];
  private float[] zeros = new float[0];
  private Arena owner = Arena.ofAuto();
  private long scales;
  private long scaleBytes;

  private static float[] places() {
    float[] places = new float[Math.max(8, L)];
    for (int i = 0; i < places.length; i++) {
      // The last one is shifted down, lest it becomes negative.
      places[i] = i % 8 == 7 ? 1 : Math.scalb(1f, -4 * (i % 8));
    }
    return places;
  }

  /** That of the calling thread. */
  static NarrowLeftF32 get() {
    return CURRENT.get();
  }

  /** Room for the scales of a group in float32. */
  long line() {
    return line;
  }

  /** Room for the scales of a panel in float32. */
  long scales(long bytes) {
    if (bytes > scaleBytes) {
      // The smaller room goes with its arena.
      owner = Arena.ofAuto();
      scales = owner.allocate(bytes, Memory.ALIGNMENT).address();
      scaleBytes = bytes;
    }
    return scales;
  }

  /** The row, once {@link #take} has it. */
  float[] row(NarrowWeights form) {
    return form.kind() == NarrowWeights.Kind.I4 ? scaled : plain;
  }

  /** Sums of the groups. */
  float[] sums() {
    return sums;
  }

  /** Zero times the sums of the groups. */
  float[] zeros() {
    return zeros;
  }

  /** Takes a row of k terms. */
  void take(long src, NarrowWeights form) {
    int k = form.k();
    int groups = form.groups();
    int padded = groups * form.group();
    if (plain.length < padded + L) {
      plain = new float[padded + L];
      scaled = new float[padded + L];
    }
    if (sums.length < groups) {
      sums = new float[groups];
      zeros = new float[groups];
    }
    GemmEdgesF32.copyToArray(src, 0, 1, k, plain, 0, 0);
    Arrays.fill(plain, k, padded + L, 0);
    if (form.kind() == NarrowWeights.Kind.BF16) {
      return;
    }
    if (form.zero() != 0 || form.offsets()) {
      sum(plain, groups, form.group(), form.zero(), sums, zeros);
    } else {
      Arrays.fill(zeros, 0, groups, 0);
    }
    if (form.kind() == NarrowWeights.Kind.I4) {
      scale(plain, padded, scaled);
    }
  }

  private static void scale(float[] from, int count, float[] to) {
    for (int i = 0; i < count; i += L) {
      FloatVector x = FloatVector.fromArray(S, from, i);
      x.mul(FloatVector.fromArray(S, PLACES, i % PLACES.length)).intoArray(to, i);
    }
  }

  /** Sums of groups in one order, whatever has been compiled by then. */
  private static void sum(
      float[] from, int groups, int group, int zero, float[] sums, float[] zeros) {
    int whole = group / L;
    VectorMask<Float> tail = S.indexInRange(whole * L, group);
    for (int g = 0; g < groups; g++) {
      int at = g * group;
      FloatVector s = FloatVector.fromArray(S, from, at + whole * L, tail);
      for (int v = 0; v < whole; v++) {
        s = s.add(FloatVector.fromArray(S, from, at + v * L));
      }
      s = s.add(s.rearrange(Lanes.HALF));
      s = s.add(s.rearrange(Lanes.QUARTER));
      s = L > 4 ? s.add(s.rearrange(Lanes.EIGHTH)) : s;
      s = L > 8 ? s.add(s.rearrange(Lanes.SIXTEENTH)) : s;
      float total = s.lane(0);
      sums[g] = total;
      zeros[g] = zero * total;
    }
  }
}
