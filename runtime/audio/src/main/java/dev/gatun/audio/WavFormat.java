package dev.gatun.audio;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** How a WAV file writes one sample. */
public enum WavFormat {
  /** 8 bits, the only whole numbers without a sign. */
  PCM8(1, 8),
  /** 16 bits: what nearly all files are. */
  PCM16(1, 16),
  /** 24 bits. */
  PCM24(1, 24),
  /** 32 bits. */
  PCM32(1, 32),
  /** Floats: exact for any sample. */
  FLOAT32(3, 32),
  /** Doubles. */
  FLOAT64(3, 64);

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final int tag;
  private final int bits;

  WavFormat(int tag, int bits) {
    this.tag = tag;
    this.bits = bits;
  }

  /** The number of the format in the file: 1 for whole numbers, 3 for floats. */
  int tag() {
    return tag;
  }

  int bits() {
    return bits;
  }

  int bytes() {
    return bits / 8;
  }

  /** Reads channel {@code c} of interleaved samples. */
  void read(MemorySegment from, int channels, int c, float[] to) {
    long step = (long) channels * bytes();
    long at = (long) c * bytes();
    for (int t = 0; t < to.length; t++, at += step) {
      to[t] =
          switch (this) {
            case PCM8 -> ((from.get(ValueLayout.JAVA_BYTE, at) & 0xff) - 128) / 128f;
            case PCM16 -> from.get(SHORT, at) / 32768f;
            case PCM24 ->
                ((from.get(SHORT, at) & 0xffff) | from.get(ValueLayout.JAVA_BYTE, at + 2) << 16)
                    / 8388608f;
            case PCM32 -> (float) (from.get(INT, at) / 2147483648.0);
            case FLOAT32 -> from.get(FLOAT, at);
            case FLOAT64 -> (float) from.get(DOUBLE, at);
          };
    }
  }

  /** Writes one sample; whole numbers are rounded half to even and end at their limits. */
  void write(MemorySegment to, long at, float sample) {
    switch (this) {
      case PCM8 -> to.set(ValueLayout.JAVA_BYTE, at, (byte) (whole(sample) + 128));
      case PCM16 -> to.set(SHORT, at, (short) whole(sample));
      case PCM24 -> {
        int value = (int) whole(sample);
        to.set(SHORT, at, (short) value);
        to.set(ValueLayout.JAVA_BYTE, at + 2, (byte) (value >> 16));
      }
      case PCM32 -> to.set(INT, at, (int) whole(sample));
      case FLOAT32 -> to.set(FLOAT, at, sample);
      case FLOAT64 -> to.set(DOUBLE, at, sample);
    }
  }

  private long whole(float sample) {
    double one = 1L << (bits - 1);
    return (long) Math.clamp(Math.rint(sample * one), -one, one - 1);
  }
}
