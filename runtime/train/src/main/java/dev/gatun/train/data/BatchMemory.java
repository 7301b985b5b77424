package dev.gatun.train.data;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Native memory that batches take and give back; what is not given back goes with the batch. */
final class BatchMemory {
  /** Free blocks kept of one size: more than can be on their way at once are not needed. */
  private final int kept;

  private final Map<Long, Deque<MemorySegment>> free = new HashMap<>();
  private long allocations;

  BatchMemory(int kept) {
    this.kept = kept;
  }

  /** Memory of this many bytes with unknown contents. */
  MemorySegment take(long bytes) {
    synchronized (this) {
      Deque<MemorySegment> blocks = free.get(bytes);
      if (blocks != null && !blocks.isEmpty()) {
        return blocks.pop();
      }
      allocations++;
    }
    return Arena.ofAuto().allocate(bytes, 64);
  }

  synchronized void give(List<MemorySegment> blocks) {
    for (MemorySegment block : blocks) {
      // Padded batches have ever new sizes; sizes that no longer occur must not pile up.
      if (free.size() > 64) {
        free.clear();
      }
      Deque<MemorySegment> same =
          free.computeIfAbsent(block.byteSize(), bytes -> new ArrayDeque<>());
      if (same.size() < kept) {
        same.push(block);
      }
    }
  }

  /** How often new memory was needed. */
  synchronized long allocations() {
    return allocations;
  }
}
