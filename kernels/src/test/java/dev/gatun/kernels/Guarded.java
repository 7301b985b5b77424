package dev.gatun.kernels;

import static org.junit.jupiter.api.Assertions.fail;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A native buffer between canaries, at an address with a chosen misalignment, so that tests notice
 * what kernels write outside their bounds.
 *
 * <p>It starts with bytes no test expects: results that were never written are noticed too.
 */
final class Guarded implements AutoCloseable {
  private static final int GUARD = 256;
  private static final byte CANARY = (byte) 0xA5;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment all;
  private final long address;
  private final long bytes;

  private Guarded(long bytes, int misalign) {
    this.bytes = bytes;
    all = arena.allocate(bytes + 2 * GUARD + 64, 64);
    all.fill(CANARY);
    address = all.address() + GUARD + misalign;
  }

  /** A buffer of {@code bytes} bytes that starts {@code misalign} bytes after a cache line. */
  static Guarded ofBytes(long bytes, int misalign) {
    return new Guarded(bytes, misalign);
  }

  static Guarded of(byte[] values, int misalign) {
    Guarded g = new Guarded(values.length, misalign);
    MemorySegment.copy(MemorySegment.ofArray(values), 0, Memory.ALL, g.address, values.length);
    return g;
  }

  static Guarded of(float[] values, int misalign) {
    Guarded g = new Guarded(4L * values.length, misalign);
    MemorySegment.copy(values, 0, Memory.ALL, Memory.F32, g.address, values.length);
    return g;
  }

  static Guarded of(double[] values, int misalign) {
    Guarded g = new Guarded(8L * values.length, misalign);
    MemorySegment.copy(values, 0, Memory.ALL, Memory.F64, g.address, values.length);
    return g;
  }

  static Guarded of(int[] values, int misalign) {
    Guarded g = new Guarded(4L * values.length, misalign);
    MemorySegment.copy(values, 0, Memory.ALL, Memory.I32, g.address, values.length);
    return g;
  }

  static Guarded of(long[] values, int misalign) {
    Guarded g = new Guarded(8L * values.length, misalign);
    MemorySegment.copy(values, 0, Memory.ALL, Memory.I64, g.address, values.length);
    return g;
  }

  long address() {
    return address;
  }

  byte[] toBytes() {
    byte[] values = new byte[(int) bytes];
    MemorySegment.copy(Memory.ALL, address, MemorySegment.ofArray(values), 0, bytes);
    return values;
  }

  float[] toFloats() {
    float[] values = new float[(int) (bytes / 4)];
    MemorySegment.copy(Memory.ALL, Memory.F32, address, values, 0, values.length);
    return values;
  }

  double[] toDoubles() {
    double[] values = new double[(int) (bytes / 8)];
    MemorySegment.copy(Memory.ALL, Memory.F64, address, values, 0, values.length);
    return values;
  }

  int[] toInts() {
    int[] values = new int[(int) (bytes / 4)];
    MemorySegment.copy(Memory.ALL, Memory.I32, address, values, 0, values.length);
    return values;
  }

  long[] toLongs() {
    long[] values = new long[(int) (bytes / 8)];
    MemorySegment.copy(Memory.ALL, Memory.I64, address, values, 0, values.length);
    return values;
  }

  void assertIntact() {
    long start = address - all.address();
    for (long at = 0; at < all.byteSize(); at++) {
      boolean inside = at >= start && at < start + bytes;
      if (!inside && all.get(Memory.I8, at) != CANARY) {
        fail("wrote outside the buffer of " + bytes + " bytes, at byte " + (at - start));
      }
    }
  }

  @Override
  public void close() {
    assertIntact();
    arena.close();
  }
}
