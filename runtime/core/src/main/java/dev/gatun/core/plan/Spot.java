package dev.gatun.core.plan;

import dev.gatun.core.plan.MemoryPlanner.Buffer;

/** Where a value begins in a buffer; several values may share one. */
record Spot(Buffer buffer, long offset) {
  Spot plus(long bytes) {
    return new Spot(buffer, offset + bytes);
  }

  /** True if a value of {@code bytes} here and one of {@code otherBytes} there share memory. */
  boolean overlaps(long bytes, Spot other, long otherBytes) {
    return buffer == other.buffer
        && offset < other.offset + otherBytes
        && other.offset < offset + bytes;
  }
}
