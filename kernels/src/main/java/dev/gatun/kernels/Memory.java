package dev.gatun.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * All of memory as one segment, so that kernels take plain addresses.
 *
 * <p>One segment kind at every call site keeps the access paths monomorphic: mixing arenas costs up
 * to 100 times (measured, see the README). Bounds are the duty of whoever made the address.
 */
public final class Memory {
  /** Every address is an offset into this segment. */
  public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  /** A float at any alignment. */
  public static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** An int at any alignment. */
  public static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED;

  /** A long at any alignment. */
  public static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED;

  /** A double at any alignment. */
  public static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE_UNALIGNED;

  /** A short at any alignment. */
  public static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED;

  /** A byte. */
  public static final ValueLayout.OfByte I8 = ValueLayout.JAVA_BYTE;

  /** Every buffer starts on a cache line. */
  public static final int ALIGNMENT = 64;

  private Memory() {}
}
