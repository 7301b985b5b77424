package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Writes terms of a panel of {@link NarrowWeights} as a panel of float32, for products of several
 * rows: unpacking costs a few instructions a vector of weights, a product one for each row.
 *
 * <p>Each weight is (q - zero) * scale + offset rounded once, as the definition has it.
 */
final class NarrowPanelF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final VectorSpecies<Integer> I = Lanes.I32;
  private static final long V = 4L * Lanes.F32_LENGTH;
  private static final long ROW = 2 * V;
  private static final long ADDRESS = (1L << 56) - 1;
  private static final float SMALL = 0x1p112f;

  /**
   * Writes the terms from k0 up to k1; k0 begins a word, and up to 7 rows behind k1 are written.
   *
   * @param dst a panel of float32
   */
  static void unpack(NarrowWeights form, long packed, int panel, int k0, int k1, long dst) {
    int perWord = form.kind().perWord();
    int first = k0 / perWord;
    int last = Math.ceilDiv(k1, perWord);
    long weights = form.words(packed, panel);
    if (form.kind() == NarrowWeights.Kind.BF16) {
      bf16(last - first, weights + first * ROW, dst);
      return;
    }
    long scales = form.scales(packed, panel);
    long line = NarrowLeftF32.get().line();
    int groupWords = form.groupWords();
    for (int word = first; word < last; ) {
      int group = word / groupWords;
      int end = Math.min(last, (group + 1) * groupWords);
      long scale = scales + group * ROW;
      if (form.halves()) {
        halves(scales + group * V, 1, line);
        scale = line;
      }
      long offset = form.offsets() ? form.offsets(packed, panel) + group * ROW : GemmF32.ZEROS;
      long to = dst + (long) (word - first) * perWord * ROW;
      for (long half = 0; half < ROW; half += V) {
        long from = weights + word * ROW + half;
        if (form.kind() == NarrowWeights.Kind.I8) {
          i8(end - word, from, form.zero(), scale + half, offset + half, to + half);
        } else {
          i4(end - word, from, form.zero(), scale + half, offset + half, to + half);
        }
      }
      word = end;
    }
  }

  private static void bf16(int words, long weights, long dst) {
    for (int word = 0; word < words; word++) {
      long at = (weights + word * ROW) & ADDRESS;
      long to = (dst + word * (2 * ROW)) & ADDRESS;
      IntVector v0 = IntVector.fromMemorySegment(I, Memory.ALL, at, Lanes.ORDER);
      IntVector v1 = IntVector.fromMemorySegment(I, Memory.ALL, at + V, Lanes.ORDER);
      v0.lanewise(VectorOperators.LSHL, 16).intoMemorySegment(Memory.ALL, to, Lanes.ORDER);
      v1.lanewise(VectorOperators.LSHL, 16).intoMemorySegment(Memory.ALL, to + V, Lanes.ORDER);
      v0.and(0xffff0000).intoMemorySegment(Memory.ALL, to + ROW, Lanes.ORDER);
      v1.and(0xffff0000).intoMemorySegment(Memory.ALL, to + ROW + V, Lanes.ORDER);
    }
  }

  /** One vector of columns, words of one group. */
  private static void i8(
      int words, long weights, int zeroPoint, long scales, long offsets, long dst) {
    IntVector zero = IntVector.broadcast(I, zeroPoint);
    FloatVector scale = FloatVector.fromMemorySegment(S, Memory.ALL, scales, Lanes.ORDER);
    FloatVector offset = FloatVector.fromMemorySegment(S, Memory.ALL, offsets, Lanes.ORDER);
    for (int word = 0; word < words; word++) {
      long to = (dst + word * (4 * ROW)) & ADDRESS;
      IntVector v =
          IntVector.fromMemorySegment(I, Memory.ALL, (weights + word * ROW) & ADDRESS, Lanes.ORDER);
      FloatVector w =
          (FloatVector)
              v.lanewise(VectorOperators.LSHL, 24)
                  .lanewise(VectorOperators.ASHR, 24)
                  .sub(zero)
                  .convert(VectorOperators.I2F, 0);
      w.fma(scale, offset).intoMemorySegment(Memory.ALL, to, Lanes.ORDER);
      w =
          (FloatVector)
              v.lanewise(VectorOperators.LSHL, 16)
                  .lanewise(VectorOperators.ASHR, 24)
                  .sub(zero)
                  .convert(VectorOperators.I2F, 0);
      w.fma(scale, offset).intoMemorySegment(Memory.ALL, to + ROW, Lanes.ORDER);
      w =
          (FloatVector)
              v.lanewise(VectorOperators.LSHL, 8)
                  .lanewise(VectorOperators.ASHR, 24)
                  .sub(zero)
                  .convert(VectorOperators.I2F, 0);
      w.fma(scale, offset).intoMemorySegment(Memory.ALL, to + 2 * ROW, Lanes.ORDER);
      w =
          (FloatVector)
              v.lanewise(VectorOperators.ASHR, 24).sub(zero).convert(VectorOperators.I2F, 0);
      w.fma(scale, offset).intoMemorySegment(Memory.ALL, to + 3 * ROW, Lanes.ORDER);
    }
  }

  /** One vector of columns, words of one group. */
  private static void i4(
      int words, long weights, int zeroPoint, long scales, long offsets, long dst) {
    IntVector zero = IntVector.broadcast(I, zeroPoint);
    FloatVector scale = FloatVector.fromMemorySegment(S, Memory.ALL, scales, Lanes.ORDER);
    FloatVector offset = FloatVector.fromMemorySegment(S, Memory.ALL, offsets, Lanes.ORDER);
    for (int word = 0; word < words; word++) {
      long to = (dst + word * (8 * ROW)) & ADDRESS;
      IntVector v =
          IntVector.fromMemorySegment(I, Memory.ALL, (weights + word * ROW) & ADDRESS, Lanes.ORDER);
      FloatVector w = (FloatVector) v.and(15).sub(zero).convert(VectorOperators.I2F, 0);
      w.fma(scale, offset).intoMemorySegment(Memory.ALL, to, Lanes.ORDER);
      w =
          (FloatVector)
              v.lanewise(VectorOperators.LSHR, 4).and(15).sub(zero).convert(VectorOperators.I2F, 0);
      w.fma(scale, offset).intoMemorySegment(Memory.ALL, to + ROW, Lanes.ORDER);
      w =
          (FloatVector)
              v.lanewise(VectorOperators.LSHR, 8).and(15).sub(zero).convert(VectorOperators.I2F, 0);
      w.fma(scale, offset).intoMemorySegment(Memory.ALL, to + 2 * ROW, Lanes.ORDER);
      w =
          (FloatVector)
              v.lanewise(VectorOperators.LSHR, 12)
                  .and(15)
                  .sub(zero)
                  .convert(VectorOperators.I2F, 0);
      w.fma(scale, offset).intoMemorySegment(Memory.ALL, to + 3 * ROW, Lanes.ORDER);
      w =
          (FloatVector)
              v.lanewise(VectorOperators.LSHR, 16)
                  .and(15)
                  .sub(zero)
                  .convert(VectorOperators.I2F, 0);
      w.fma(scale, offset).intoMemorySegment(Memory.ALL, to + 4 * ROW, Lanes.ORDER);
      w =
          (FloatVector)
              v.lanewise(VectorOperators.LSHR, 20)
                  .and(15)
                  .sub(zero)
                  .convert(VectorOperators.I2F, 0);
      w.fma(scale, offset).intoMemorySegment(Memory.ALL, to + 5 * ROW, Lanes.ORDER);
      w =
          (FloatVector)
              v.lanewise(VectorOperators.LSHR, 24)
                  .and(15)
                  .sub(zero)
                  .convert(VectorOperators.I2F, 0);
      w.fma(scale, offset).intoMemorySegment(Memory.ALL, to + 6 * ROW, Lanes.ORDER);
      w =
          (FloatVector)
              v.lanewise(VectorOperators.LSHR, 28).sub(zero).convert(VectorOperators.I2F, 0);
      w.fma(scale, offset).intoMemorySegment(Memory.ALL, to + 7 * ROW, Lanes.ORDER);
    }
  }

  /**
   * Writes finite float16 scales of groups as float32: exponents are moved by a multiplication,
   * which is right for subnormal ones, too.
   */
  static void halves(long src, int groups, long dst) {
    for (int g = 0; g < groups; g++) {
      long to = (dst + g * ROW) & ADDRESS;
      IntVector v =
          IntVector.fromMemorySegment(I, Memory.ALL, (src + g * V) & ADDRESS, Lanes.ORDER);
      IntVector low = v.and(0x7fff).lanewise(VectorOperators.LSHL, 13);
      IntVector high =
          v.lanewise(VectorOperators.LSHR, 16).and(0x7fff).lanewise(VectorOperators.LSHL, 13);
      low.reinterpretAsFloats()
          .mul(SMALL)
          .reinterpretAsInts()
          .or(v.lanewise(VectorOperators.LSHL, 16).and(0x80000000))
          .intoMemorySegment(Memory.ALL, to, Lanes.ORDER);
      high.reinterpretAsFloats()
          .mul(SMALL)
          .reinterpretAsInts()
          .or(v.and(0x80000000))
          .intoMemorySegment(Memory.ALL, to + V, Lanes.ORDER);
    }
  }

  private NarrowPanelF32() {}
}
