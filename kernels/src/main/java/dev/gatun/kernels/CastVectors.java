package dev.gatun.kernels;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Conversions from and to float32 a vector at a time.
 *
 * <p>The Vector API has no conversion for half precision, so its bits are moved by integer
 * operations; subnormal halves are rounded by adding a float whose last bit is theirs.
 */
final class CastVectors {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final VectorSpecies<Integer> I = Lanes.I32;
  private static final int L = S.length();
  private static final long BYTES = 4L * L;
  private static final VectorSpecies<Short> HALF =
      VectorSpecies.of(short.class, VectorShape.forBitSize(16 * L));
  // There is no vector of 4 bytes: bytes are scalar where vectors have 128 bits.
  private static final VectorSpecies<Byte> QUARTER =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, 8 * L)));
  private static final boolean BYTE_VECTORS = L >= 8;

  static void f32ToF16(long src, long dst, long n) {
    long vectors = n / L;
    for (long k = 0; k < vectors; k++) {
      IntVector bits =
          FloatVector.fromMemorySegment(S, Memory.ALL, src + k * BYTES, Lanes.ORDER)
              .reinterpretAsInts();
      IntVector sign = bits.lanewise(VectorOperators.LSHR, 16).and(0x8000);
      IntVector a = bits.and(0x7FFFFFFF);
      // Normal: the exponent is biased by 15 instead of 127; half of what is cut off is added, less
      // one when the result would be even.
      IntVector odd = a.lanewise(VectorOperators.LSHR, 13).and(1);
      IntVector normal =
          a.add(((15 - 127) << 23) + 0xFFF).add(odd).lanewise(VectorOperators.LSHR, 13);
      // Subnormal: 0.5f has a last bit of 2^-24, the unit of a subnormal half.
      IntVector tiny = a.reinterpretAsFloats().add(0.5f).reinterpretAsInts().sub(0x3F000000);
      VectorMask<Integer> isTiny = a.compare(VectorOperators.LT, 113 << 23);
      VectorMask<Integer> isLarge = a.compare(VectorOperators.GE, 143 << 23);
      VectorMask<Integer> isNan = a.compare(VectorOperators.GT, 255 << 23);
      IntVector half =
          normal
              .blend(tiny, isTiny)
              .blend(0x7C00, isLarge)
              .blend(a.lanewise(VectorOperators.LSHR, 13).and(0x3FF).or(0x7E00), isNan)
              .or(sign);
      ((ShortVector) half.convertShape(VectorOperators.I2S, HALF, 0))
          .intoMemorySegment(Memory.ALL, dst + k * (BYTES / 2), Lanes.ORDER);
    }
    for (long k = vectors * L; k < n; k++) {
      float v = Memory.ALL.get(Memory.F32, src + 4 * k);
      Memory.ALL.set(Memory.I16, dst + 2 * k, Float.floatToFloat16(v));
    }
  }

  static void f16ToF32(long src, long dst, long n) {
    long vectors = n / L;
    for (long k = 0; k < vectors; k++) {
      IntVector h =
          (IntVector)
              ShortVector.fromMemorySegment(HALF, Memory.ALL, src + k * (BYTES / 2), Lanes.ORDER)
                  .convertShape(VectorOperators.S2I, I, 0);
      IntVector sign = h.and(0x8000).lanewise(VectorOperators.LSHL, 16);
      IntVector a = h.and(0x7FFF).lanewise(VectorOperators.LSHL, 13);
      IntVector normal = a.add((127 - 15) << 23);
      // Subnormal: the mantissa behind an exponent of 2^-14, minus that power.
      IntVector tiny = a.add(113 << 23).reinterpretAsFloats().sub(0x1p-14f).reinterpretAsInts();
      VectorMask<Integer> isTiny = a.compare(VectorOperators.LT, 1 << 23);
      VectorMask<Integer> isInfinite = a.compare(VectorOperators.GE, 31 << 23);
      normal
          .blend(tiny, isTiny)
          .blend(a.or(255 << 23), isInfinite)
          .or(sign)
          .intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
    for (long k = vectors * L; k < n; k++) {
      short h = Memory.ALL.get(Memory.I16, src + 2 * k);
      Memory.ALL.set(Memory.F32, dst + 4 * k, Float.float16ToFloat(h));
    }
  }

  static void f32ToBf16(long src, long dst, long n) {
    long vectors = n / L;
    for (long k = 0; k < vectors; k++) {
      FloatVector v = FloatVector.fromMemorySegment(S, Memory.ALL, src + k * BYTES, Lanes.ORDER);
      IntVector bits = v.reinterpretAsInts();
      IntVector high = bits.lanewise(VectorOperators.LSHR, 16);
      IntVector rounded = bits.add(high.and(1)).add(0x7FFF).lanewise(VectorOperators.LSHR, 16);
      VectorMask<Integer> isNan = bits.and(0x7FFFFFFF).compare(VectorOperators.GT, 255 << 23);
      ((ShortVector) rounded.blend(high.or(0x40), isNan).convertShape(VectorOperators.I2S, HALF, 0))
          .intoMemorySegment(Memory.ALL, dst + k * (BYTES / 2), Lanes.ORDER);
    }
    for (long k = vectors * L; k < n; k++) {
      float v = Memory.ALL.get(Memory.F32, src + 4 * k);
      Memory.ALL.set(Memory.I16, dst + 2 * k, CastElements.toBf16(v));
    }
  }

  static void bf16ToF32(long src, long dst, long n) {
    long vectors = n / L;
    for (long k = 0; k < vectors; k++) {
      IntVector h =
          (IntVector)
              ShortVector.fromMemorySegment(HALF, Memory.ALL, src + k * (BYTES / 2), Lanes.ORDER)
                  .convertShape(VectorOperators.S2I, I, 0);
      h.lanewise(VectorOperators.LSHL, 16)
          .intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
    for (long k = vectors * L; k < n; k++) {
      int bits = Memory.ALL.get(Memory.I16, src + 2 * k) << 16;
      Memory.ALL.set(Memory.I32, dst + 4 * k, bits);
    }
  }

  static void f32ToI32(long src, long dst, long n) {
    long vectors = n / L;
    for (long k = 0; k < vectors; k++) {
      FloatVector v = FloatVector.fromMemorySegment(S, Memory.ALL, src + k * BYTES, Lanes.ORDER);
      if (v.abs().compare(VectorOperators.LT, 0x1p31f).allTrue()) {
        ((IntVector) v.convert(VectorOperators.F2I, 0))
            .intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
      } else {
        wideToI32(src + k * BYTES, dst + k * BYTES, L); // the vector would saturate
      }
    }
    wideToI32(src + vectors * BYTES, dst + vectors * BYTES, n - vectors * L);
  }

  private static void wideToI32(long src, long dst, long n) {
    for (long k = 0; k < n; k++) {
      long v = (long) Memory.ALL.get(Memory.F32, src + 4 * k);
      Memory.ALL.set(Memory.I32, dst + 4 * k, (int) v);
    }
  }

  static void i32ToF32(long src, long dst, long n) {
    long vectors = n / L;
    for (long k = 0; k < vectors; k++) {
      IntVector v = IntVector.fromMemorySegment(I, Memory.ALL, src + k * BYTES, Lanes.ORDER);
      ((FloatVector) v.convert(VectorOperators.I2F, 0))
          .intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
    for (long k = vectors * L; k < n; k++) {
      float v = Memory.ALL.get(Memory.I32, src + 4 * k);
      Memory.ALL.set(Memory.F32, dst + 4 * k, v);
    }
  }

  /** The same for U8: both keep the low bits. */
  static void f32ToI8(long src, long dst, long n) {
    long vectors = BYTE_VECTORS ? n / L : 0;
    for (long k = 0; k < vectors; k++) {
      FloatVector v = FloatVector.fromMemorySegment(S, Memory.ALL, src + k * BYTES, Lanes.ORDER);
      if (v.abs().compare(VectorOperators.LT, 0x1p31f).allTrue()) {
        ((ByteVector)
                ((IntVector) v.convert(VectorOperators.F2I, 0))
                    .convertShape(VectorOperators.I2B, QUARTER, 0))
            .intoMemorySegment(Memory.ALL, dst + k * L, Lanes.ORDER);
      } else {
        wideToI8(src + k * BYTES, dst + k * L, L);
      }
    }
    wideToI8(src + vectors * BYTES, dst + vectors * L, n - vectors * L);
  }

  private static void wideToI8(long src, long dst, long n) {
    for (long k = 0; k < n; k++) {
      long v = (long) Memory.ALL.get(Memory.F32, src + 4 * k);
      Memory.ALL.set(Memory.I8, dst + k, (byte) v);
    }
  }

  static void i8ToF32(long src, long dst, long n) {
    long vectors = BYTE_VECTORS ? n / L : 0;
    for (long k = 0; k < vectors; k++) {
      IntVector v =
          (IntVector)
              ByteVector.fromMemorySegment(QUARTER, Memory.ALL, src + k * L, Lanes.ORDER)
                  .convertShape(VectorOperators.B2I, I, 0);
      ((FloatVector) v.convert(VectorOperators.I2F, 0))
          .intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
    for (long k = vectors * L; k < n; k++) {
      Memory.ALL.set(Memory.F32, dst + 4 * k, Memory.ALL.get(Memory.I8, src + k));
    }
  }

  /** U8, and BOOL, which is 0 or 1. */
  static void u8ToF32(long src, long dst, long n) {
    long vectors = BYTE_VECTORS ? n / L : 0;
    for (long k = 0; k < vectors; k++) {
      IntVector v =
          (IntVector)
              ByteVector.fromMemorySegment(QUARTER, Memory.ALL, src + k * L, Lanes.ORDER)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2I, I, 0);
      ((FloatVector) v.convert(VectorOperators.I2F, 0))
          .intoMemorySegment(Memory.ALL, dst + k * BYTES, Lanes.ORDER);
    }
    for (long k = vectors * L; k < n; k++) {
      Memory.ALL.set(Memory.F32, dst + 4 * k, Memory.ALL.get(Memory.I8, src + k) & 0xFF);
    }
  }

  private CastVectors() {}
}
