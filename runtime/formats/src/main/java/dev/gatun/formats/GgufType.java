package dev.gatun.formats;

import dev.gatun.core.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * How GGUF files store numbers: floats, or blocks of small whole numbers with common factors, as
 * ggml defines them. Blocks become float32.
 */
enum GgufType {
  F32(0, 1, 4),
  F16(1, 1, 2),
  /** 32 numbers of 4 bits less 8, times a factor. */
  Q4_0(2, 32, 18),
  /** 32 numbers of 4 bits times a factor, and an offset. */
  Q4_1(3, 32, 20),
  /** As {@link #Q4_0} with a fifth bit, less 16. */
  Q5_0(6, 32, 22),
  /** As {@link #Q4_1} with a fifth bit. */
  Q5_1(7, 32, 24),
  /** 32 bytes times a factor. */
  Q8_0(8, 32, 34),
  /** 256 numbers of 4 bits; each 32 have a factor and an offset of 6 bits. */
  Q4_K(12, 256, 144),
  /** As {@link #Q4_K} with a fifth bit. */
  Q5_K(13, 256, 176),
  /** 256 numbers of 6 bits less 32; each 16 have a factor of 8 bits. */
  Q6_K(14, 256, 210),
  BF16(30, 1, 2);

  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat TO = ValueLayout.JAVA_FLOAT_UNALIGNED;

  final int number;

  /** Numbers of a block. */
  final int block;

  /** Bytes of a block. */
  final int bytes;

  GgufType(int number, int block, int bytes) {
    this.number = number;
    this.block = block;
    this.bytes = bytes;
  }

  static Optional<GgufType> of(long number) {
    for (GgufType type : values()) {
      if (type.number == number) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /** The type of tensors whose bytes are those of the file. */
  Optional<DType> plain() {
    return switch (this) {
      case F32 -> Optional.of(DType.F32);
      case F16 -> Optional.of(DType.F16);
      case BF16 -> Optional.of(DType.BF16);
      default -> Optional.empty();
    };
  }

  /** Writes the numbers of all blocks as float32. */
  void widen(MemorySegment from, MemorySegment to) {
    long blocks = from.byteSize() / bytes;
    float[] values = new float[block];
    for (long b = 0; b < blocks; b++) {
      MemorySegment source = from.asSlice(b * bytes, bytes);
      switch (this) {
        case Q4_0 -> small(source, values, 2, 0, -8, false);
        case Q4_1 -> small(source, values, 4, 0, 0, true);
        case Q5_0 -> small(source, values, 6, 2, -16, false);
        case Q5_1 -> small(source, values, 8, 4, 0, true);
        case Q8_0 -> {
          float factor = half(source, 0);
          for (int i = 0; i < block; i++) {
            values[i] = factor * source.get(ValueLayout.JAVA_BYTE, 2 + i);
          }
        }
        case Q4_K -> large(source, values, false);
        case Q5_K -> large(source, values, true);
        case Q6_K -> sixBits(source, values);
        case F32, F16, BF16 -> throw new IllegalStateException(this + " is not in blocks");
      }
      for (int i = 0; i < block; i++) {
        to.setAtIndex(TO, b * block + i, values[i]);
      }
    }
  }

  private static float half(MemorySegment from, long at) {
    return Float.float16ToFloat(from.get(I16, at));
  }

  private static int unsigned(MemorySegment from, long at) {
    return Byte.toUnsignedInt(from.get(ValueLayout.JAVA_BYTE, at));
  }

  /** The low halves of 16 bytes, then the high ones; fifth bits from {@code high} on, if any. */
  private static void small(
      MemorySegment from, float[] to, int low, int high, int shift, boolean offset) {
    float factor = half(from, 0);
    float least = offset ? half(from, 2) : 0;
    int fifth = high == 0 ? 0 : from.get(I32, high);
    for (int i = 0; i < 16; i++) {
      int both = unsigned(from, low + i);
      int first = both & 15 | (fifth >>> i & 1) << 4;
      int second = both >>> 4 | (fifth >>> i + 16 & 1) << 4;
      to[i] = factor * (first + shift) + least;
      to[i + 16] = factor * (second + shift) + least;
    }
  }

  /** Two halves, 12 bytes with eight factors and offsets of 6 bits, maybe 32 of fifth bits. */
  private static void large(MemorySegment from, float[] to, boolean five) {
    float factor = half(from, 0);
    float offset = half(from, 2);
    int fifth = 16;
    int low = five ? 48 : 16;
    for (int part = 0; part < 8; part++) {
      int scale;
      int least;
      if (part < 4) {
        scale = unsigned(from, 4 + part) & 63;
        least = unsigned(from, 8 + part) & 63;
      } else {
        int rest = unsigned(from, 8 + part);
        scale = rest & 15 | unsigned(from, part) >>> 6 << 4;
        least = rest >>> 4 | unsigned(from, 4 + part) >>> 6 << 4;
      }
      for (int i = 0; i < 32; i++) {
        int both = unsigned(from, low + 32L * (part / 2) + i);
        int value = part % 2 == 0 ? both & 15 : both >>> 4;
        if (five) {
          value |= (unsigned(from, fifth + i) >>> part & 1) << 4;
        }
        to[32 * part + i] = factor * scale * value - offset * least;
      }
    }
  }

  /** 128 bytes of low bits, 64 of high ones, 16 factors and a half. */
  private static void sixBits(MemorySegment from, float[] to) {
    float factor = half(from, 208);
    for (int i = 0; i < 256; i++) {
      int side = i / 128; // each has 64 bytes of low bits and 32 of high ones
      int quarter = i % 128 / 32;
      int at = i % 32;
      int both = unsigned(from, 64L * side + 32L * (quarter % 2) + at);
      int low = quarter < 2 ? both & 15 : both >>> 4;
      int high = unsigned(from, 128 + 32L * side + at) >>> 2 * quarter & 3;
      int scale = from.get(ValueLayout.JAVA_BYTE, 192 + 8L * side + 2L * quarter + at / 16);
      to[i] = factor * scale * ((low | high << 4) - 32);
    }
  }
}
