package dev.gatun.core.exec;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Value;
import dev.gatun.core.plan.Homes;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a program reads and renews state. Plans read it where it lies. The last part of the program,
 * if it is a plan, writes there what it computes itself; what other parts compute is copied when
 * all is done, so that a run that fails has changed nothing.
 */
final class ProgramState {
  /** A state that the program itself renews. */
  private record Late(StateMemory.Entry entry, Value next) {}

  private final Map<Value, StateMemory.Entry> entries = new LinkedHashMap<>();
  private final Map<Value, Value> next = new LinkedHashMap<>();
  private final List<Late> late = new ArrayList<>();
  // States whose values are needed outside plans.
  private final List<StateMemory.Entry> copied = new ArrayList<>();
  private final List<Value> results = new ArrayList<>();
  private final int last; // number of the last part if that is a plan, else -1
  private final List<Partition.Part> parts;
  private int[] lateAt = {};

  /**
   * Decides who renews what.
   *
   * @param memory null for a program without state
   */
  ProgramState(Graph graph, List<Partition.Part> parts, @Nullable StateMemory memory) {
    this.parts = parts;
    last =
        !parts.isEmpty() && parts.getLast().kind() == Partition.Kind.PLAN ? parts.size() - 1 : -1;
    if (memory == null) {
      results.addAll(graph.outputs());
      return;
    }
    Set<Integer> renewing = new HashSet<>();
    for (StateMemory.Entry entry : memory.entries()) {
      entries.put(graph.inputs().get(entry.input()), entry);
      renewing.add(entry.next());
    }
    for (int i = 0; i < graph.outputs().size(); i++) {
      if (!renewing.contains(i)) {
        results.add(graph.outputs().get(i));
      }
    }
    for (StateMemory.Entry entry : memory.entries()) {
      Value value = graph.outputs().get(entry.next());
      if (value.type().isFixed()) {
        StateMemory.requireFits(entry, value.type());
      }
      boolean ofLast =
          last >= 0
              && (entries.containsKey(value)
                  || value.producer().filter(parts.getLast().nodes()::contains).isPresent());
      if (ofLast) {
        next.put(graph.inputs().get(entry.input()), value);
      } else {
        late.add(new Late(entry, value));
      }
    }
    Set<Value> outside = new HashSet<>(results);
    late.forEach(each -> outside.add(each.next));
    for (Partition.Part part : parts) {
      if (part.kind() != Partition.Kind.PLAN) {
        outside.addAll(part.inputs());
      }
    }
    entries.forEach(
        (value, entry) -> {
          if (outside.contains(value)) {
            copied.add(entry);
          }
        });
  }

  /** Outputs of the graph that are not state. */
  List<Value> results() {
    return results;
  }

  /** The part as a plan needs it: without state among its inputs and its outputs. */
  Partition.Part withoutState(int number) {
    Partition.Part part = parts.get(number);
    if (entries.isEmpty() || part.kind() != Partition.Kind.PLAN) {
      return part;
    }
    Set<Value> needed = new HashSet<>(results);
    late.forEach(each -> needed.add(each.next));
    // What a part needs and computes itself is none of its inputs.
    parts.forEach(each -> needed.addAll(each.inputs()));
    return new Partition.Part(
        part.kind(),
        part.nodes(),
        part.inputs().stream().filter(v -> !entries.containsKey(v)).toList(),
        part.outputs().stream().filter(needed::contains).toList());
  }

  /** Where a plan finds state, and what it renews. */
  Homes homes(int part) {
    Map<Value, Long> places = new LinkedHashMap<>();
    entries.forEach((value, entry) -> places.put(value, entry.memory().address()));
    return new Homes(places, part == last ? next : Map.of());
  }

  /** Tells where values are found. */
  void places(Function<List<Value>, int[]> at) {
    lateAt = at.apply(late.stream().map(Late::next).toList());
  }

  /** True if plans do all that state needs. */
  boolean isOfPlans() {
    return late.isEmpty() && copied.isEmpty();
  }

  /** Before the first part: state that is needed outside plans. */
  void bring(@Nullable Datum[] values) {
    for (StateMemory.Entry entry : copied) {
      values[entry.input()] = StateMemory.copy(entry);
    }
  }

  /** Before the last part, which may write state: what others computed for state must fit. */
  void requireFit(@Nullable Datum[] values) {
    for (int i = 0; i < lateAt.length; i++) {
      Datum value = values[lateAt[i]];
      if (value != null) {
        StateMemory.requireFits(late.get(i).entry, value.type());
      }
    }
  }

  /** After the last part: takes over what no plan has put in its place. */
  void take(@Nullable Datum[] values) {
    requireFit(values);
    for (int i = 0; i < lateAt.length; i++) {
      MemorySegment to = late.get(i).entry.memory();
      if (values[lateAt[i]] instanceof Tensor tensor) {
        tensor.copyTo(to);
      }
    }
  }
}
