package dev.gatun.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Native float buffers of one test, each between two walls of canaries and 4 bytes off any vector
 * alignment: a kernel that writes outside its destination or assumes alignment is caught on close.
 */
final class FloatBuffers implements AutoCloseable {
  private static final int WALL = 67;
  private static final int CANARY = 0x7fc0dead; // a NaN: reading it spoils results, too

  private final Arena arena = Arena.ofShared();
  private final List<Buffer> all = new ArrayList<>();

  /** One buffer: its address and what is in it. */
  record Buffer(long at, int length) {
    float[] floats() {
      float[] values = new float[length];
      for (int i = 0; i < length; i++) {
        values[i] = Memory.ALL.get(Memory.F32, at + 4L * i);
      }
      return values;
    }

    int[] ints() {
      int[] values = new int[length];
      for (int i = 0; i < length; i++) {
        values[i] = Memory.ALL.get(Memory.I32, at + 4L * i);
      }
      return values;
    }
  }

  /** A buffer of canaries, to be written by a kernel. */
  Buffer blank(int length) {
    long base = arena.allocate(4L * (length + 2L * WALL) + 4, Memory.ALIGNMENT).address() + 4;
    for (int i = 0; i < length + 2 * WALL; i++) {
      Memory.ALL.set(Memory.I32, base + 4L * i, CANARY);
    }
    Buffer buffer = new Buffer(base + 4L * WALL, length);
    all.add(buffer);
    return buffer;
  }

  Buffer of(float... values) {
    Buffer buffer = blank(values.length);
    for (int i = 0; i < values.length; i++) {
      Memory.ALL.set(Memory.F32, buffer.at() + 4L * i, values[i]);
    }
    return buffer;
  }

  Buffer random(Random random, int length, float low, float high) {
    return of(uniform(random, length, low, high));
  }

  static float[] uniform(Random random, int length, float low, float high) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = low + (high - low) * random.nextFloat();
    }
    return values;
  }

  /** Fails when any wall was touched. */
  @Override
  public void close() {
    for (Buffer buffer : all) {
      for (int i = 1; i <= WALL; i++) {
        assertEquals(
            CANARY,
            Memory.ALL.get(Memory.I32, buffer.at() - 4L * i),
            "canary " + i + " before the buffer");
        assertEquals(
            CANARY,
            Memory.ALL.get(Memory.I32, buffer.at() + 4L * (buffer.length() + i - 1L)),
            "canary " + i + " after the buffer");
      }
    }
    arena.close();
  }

  /** Sizes around the lane count where loops and tails go wrong. */
  static int[] oddSizes() {
    int lanes = Lanes.F32_LENGTH;
    return new int[] {
      1, 2, lanes - 1, lanes, lanes + 1, 2 * lanes, 4 * lanes - 1, 4 * lanes, 4 * lanes + 3, 131
    };
  }

  /** |actual - expected| at most absolute + relative * |expected|; NaN and infinities exactly. */
  static void assertClose(
      double[] expected, float[] actual, double relative, double absolute, String what) {
    assertEquals(expected.length, actual.length, what);
    for (int i = 0; i < expected.length; i++) {
      double e = expected[i];
      boolean same =
          Double.isNaN(e)
              ? Float.isNaN(actual[i])
              : Double.isInfinite(e)
                  ? actual[i] == e
                  : Math.abs(actual[i] - e) <= absolute + relative * Math.abs(e);
      if (!same) {
        throw new AssertionError(what + ": element " + i + " is " + actual[i] + ", expected " + e);
      }
    }
  }

  static double[] doubles(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }
}
