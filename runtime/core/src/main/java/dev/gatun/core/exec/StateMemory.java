package dev.gatun.core.exec;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Value;
import dev.gatun.core.plan.OutputMemory;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.ffi.UnclearedMemory;
import dev.gatun.kernels.Memory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Native memory of the state of a session: a place for each input that is state. */
final class StateMemory implements AutoCloseable {
  /**
   * One state.
   *
   * @param input number of the graph's input
   * @param next number of the graph's output that is its next value
   */
  record Entry(String name, int input, int next, Type.OfTensor type, MemorySegment memory) {}

  private final UnclearedMemory arena = UnclearedMemory.exact();
  private final List<Entry> entries = new ArrayList<>();

  /**
   * Allocates all and sets initial values.
   *
   * @param updates for each input that is state, the name of an output
   */
  StateMemory(Graph graph, Map<String, String> updates, Map<String, Tensor> initial) {
    long bytes = 0;
    Map<String, Long> offsets = new LinkedHashMap<>();
    for (Value input : graph.inputs()) {
      Tensor value = initial.get(input.name());
      if (value != null) {
        offsets.put(input.name(), bytes);
        // A line of slack: kernels may read whole vectors at the end of a row.
        bytes += Math.ceilDiv(value.bytes(), Memory.ALIGNMENT) * Memory.ALIGNMENT;
        bytes += Memory.ALIGNMENT;
      }
    }
    MemorySegment slab = Memory.ALL.asSlice(arena.allocate(bytes, Memory.ALIGNMENT), bytes);
    for (int i = 0; i < graph.inputs().size(); i++) {
      String name = graph.inputs().get(i).name();
      Tensor value = initial.get(name);
      Long offset = offsets.get(name);
      if (value != null && offset != null) {
        MemorySegment memory = slab.asSlice(offset, value.bytes());
        value.copyTo(memory);
        int next = graph.outputNames().indexOf(updates.get(name));
        entries.add(new Entry(name, i, next, value.type(), memory));
      }
    }
  }

  List<Entry> entries() {
    return entries;
  }

  /** A copy in memory of its own. */
  static Tensor copy(Entry entry) {
    MemorySegment array =
        new OutputMemory()
            .lease()
            .take(entry.type.dtype(), Math.toIntExact(entry.type.shape().elements()));
    return Tensor.wrap(entry.type.dtype(), entry.type.shape(), array.copyFrom(entry.memory));
  }

  /** Fails if the value cannot become the state's. */
  static void requireFits(Entry entry, Type type) {
    if (!entry.type.equals(type)) {
      throw new ShapeException(
          "state '"
              + entry.name
              + "' is "
              + entry.type
              + ", but the step computes "
              + type
              + " for it");
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
