package dev.gatun.core.plan;

import dev.gatun.kernels.Memory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Places buffers with known lifetimes in one arena: largest first, each at the best fitting gap.
 *
 * <p>Sizes are rounded up to cache lines; the arena ends with a line of slack for kernels that read
 * whole vectors.
 */
final class MemoryPlanner {
  /** A buffer that lives from one step to another, both included. */
  static final class Buffer {
    final String name;
    final long bytes;

    /** Where a buffer outside the arena lies; 0 for one in the arena. */
    final long home;

    int from;
    int to;
    long offset = -1;

    Buffer(String name, long bytes, int from) {
      this(name, bytes, from, 0);
    }

    private Buffer(String name, long bytes, int from, long home) {
      this.name = name;
      this.home = home;
      this.bytes =
          Math.max(Memory.ALIGNMENT, -Math.floorDiv(-bytes, Memory.ALIGNMENT) * Memory.ALIGNMENT);
      this.from = from;
      this.to = from;
    }

    /** Memory that is there and is not planned. */
    static Buffer outside(String name, long bytes, long address) {
      return new Buffer(name, bytes, 0, address);
    }

    boolean isOutside() {
      return home != 0;
    }

    /** Something reads or writes the buffer in this step. */
    void touch(int step) {
      from = Math.min(from, step);
      to = Math.max(to, step);
    }

    boolean livesWith(Buffer other) {
      return from <= other.to && other.from <= to;
    }
  }

  /** Sets every offset and returns the arena's size. */
  static long place(List<Buffer> buffers) {
    List<Buffer> order = new ArrayList<>(buffers);
    order.sort(Comparator.comparingLong((Buffer b) -> -b.bytes).thenComparingInt(b -> b.from));
    List<Buffer> placed = new ArrayList<>();
    long end = 0;
    for (Buffer buffer : order) {
      buffer.offset = bestOffset(buffer, placed);
      end = Math.max(end, buffer.offset + buffer.bytes);
      placed.add(buffer);
    }
    return end + Memory.ALIGNMENT;
  }

  private static long bestOffset(Buffer buffer, List<Buffer> placed) {
    List<Buffer> neighbours = new ArrayList<>();
    for (Buffer other : placed) {
      if (buffer.livesWith(other)) {
        neighbours.add(other);
      }
    }
    neighbours.sort(Comparator.comparingLong(b -> b.offset));
    long best = -1;
    long bestGap = Long.MAX_VALUE;
    long at = 0;
    for (Buffer other : neighbours) {
      long gap = other.offset - at;
      if (gap >= buffer.bytes && gap < bestGap) {
        best = at;
        bestGap = gap;
      }
      at = Math.max(at, other.offset + other.bytes);
    }
    return best >= 0 ? best : at;
  }

  private MemoryPlanner() {}
}
