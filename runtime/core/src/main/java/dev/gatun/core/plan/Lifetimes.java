package dev.gatun.core.plan;

import dev.gatun.core.graph.Value;
import dev.gatun.core.plan.MemoryPlanner.Buffer;
import java.util.List;
import java.util.Map;

/**
 * When the buffers of a plan are in use, before they are placed.
 *
 * @param nodes in the order in which they run
 * @param buffers of all values that are not constants
 * @param all buffers in the arena, scratch memory included
 */
record Lifetimes(List<Selection> nodes, Map<Value, Buffer> buffers, List<Buffer> all) {
  /** Bytes in use in each step, and behind the last one. */
  long[] live() {
    long[] live = new long[nodes.size() + 1];
    for (Buffer buffer : all) {
      live[buffer.from] += buffer.bytes;
      if (buffer.to + 1 < live.length) {
        live[buffer.to + 1] -= buffer.bytes;
      }
    }
    for (int i = 1; i < live.length; i++) {
      live[i] += live[i - 1];
    }
    return live;
  }

  /** Size of the arena when the buffers are placed. */
  long arenaBytes() {
    return MemoryPlanner.place(all);
  }
}
