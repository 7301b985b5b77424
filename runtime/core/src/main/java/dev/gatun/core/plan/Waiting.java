package dev.gatun.core.plan;

import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.plan.MemoryPlanner.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Values that wait in memory while a step runs, and what it would cost to compute them again. */
final class Waiting {
  /** Rough speeds, for nodes are only compared with each other. */
  private static final double FLOPS_PER_SECOND = 60e9;

  private static final double BYTES_PER_SECOND = 8e9;
  private static final double SECONDS_PER_STEP = 3e-6;

  /** A value is kept for another one's sake if it is so much smaller. */
  private static final int SMALL = 8;

  /** More nodes than that are not run again for one value. */
  private static final int MOST_NODES = 100;

  /**
   * Values to give up together, since they share memory.
   *
   * @param cuts those, and what is computed again on the way to them, with their last readers
   */
  record Choice(List<Value> values, Map<Value, Integer> cuts, double worth) {}

  private final Recomputation recomputation;
  private final Recomputation.Walk walk;
  private final Lifetimes lifetimes;
  private final Set<Value> kept;
  private final Set<Value> refused;
  private final Map<Buffer, List<Value>> contents = new HashMap<>();
  // Numbers of the steps that read a value, in the order of the lifetimes.
  private final Map<Value, List<Integer>> readers = new HashMap<>();
  private final Map<Value, Integer> made = new HashMap<>();

  Waiting(
      Recomputation recomputation,
      Recomputation.Walk walk,
      Lifetimes lifetimes,
      Set<Value> kept,
      Set<Value> refused) {
    this.recomputation = recomputation;
    this.walk = walk;
    this.lifetimes = lifetimes;
    this.kept = kept;
    this.refused = refused;
    for (int i = 0; i < lifetimes.nodes().size(); i++) {
      Node node = lifetimes.nodes().get(i).node();
      for (Value input : node.inputs()) {
        readers.computeIfAbsent(input, v -> new ArrayList<>()).add(i);
      }
      for (Value output : node.outputs()) {
        made.put(output, i);
        Buffer buffer = lifetimes.buffers().get(output);
        if (buffer != null) {
          contents.computeIfAbsent(buffer, b -> new ArrayList<>()).add(output);
        }
      }
    }
  }

  /** What is best given up so that less memory is in use while this step runs. */
  Optional<Choice> best(int step) {
    Choice best = null;
    for (Buffer buffer : lifetimes.all()) {
      if (buffer.from < step && buffer.to > step) {
        Choice choice = choice(buffer, step).orElse(null);
        if (choice != null && (best == null || choice.worth() > best.worth())) {
          best = choice;
        }
      }
    }
    return Optional.ofNullable(best);
  }

  private Optional<Choice> choice(Buffer buffer, int step) {
    List<Value> values = new ArrayList<>();
    for (Value value : contents.getOrDefault(buffer, List.of())) {
      if (made.getOrDefault(value, step) >= step) {
        continue; // takes the buffer over later
      }
      Value origin = walk.origins.getOrDefault(value, value);
      List<Integer> all = readers.getOrDefault(value, List.of());
      boolean later = !all.isEmpty() && all.getLast() > step;
      if (kept.contains(origin)
          || all.contains(step)
          || later
              && (walk.again.contains(value)
                  || recomputation.isCut(origin)
                  || refused.contains(origin))) {
        return Optional.empty();
      }
      if (later) {
        values.add(origin);
      }
    }
    if (values.isEmpty()) {
      return Optional.empty(); // scratch memory, an input, or a view of a value that is read
    }
    int at = reason(step);
    Map<Value, Integer> cuts = new LinkedHashMap<>();
    int first = Integer.MAX_VALUE;
    for (Value value : values) {
      int last = recomputation.producer(value);
      for (int reader : recomputation.uses(value)) {
        if (reader < at) {
          last = reader;
        } else {
          first = Math.min(first, reader);
        }
      }
      cuts.put(value, last);
    }
    if (first == Integer.MAX_VALUE) {
      return Optional.empty(); // only nodes that run again themselves read it later
    }
    Chain chain = new Chain(cuts, first, buffer.bytes);
    for (Value value : values) {
      chain.follow(value);
    }
    return chain.isPossible
        ? Optional.of(new Choice(values, cuts, buffer.bytes / chain.seconds))
        : Optional.empty();
  }

  /** The number of the node for which a step runs. */
  private int reason(int step) {
    if (step >= lifetimes.nodes().size()) {
      return recomputation.size();
    }
    return Objects.requireNonNull(walk.reasons.get(lifetimes.nodes().get(step).node()));
  }

  /** What must run again for values that are given up. */
  private final class Chain {
    private final Map<Value, Integer> cuts;
    private final int reader;
    private final long bytes;
    private final Set<Node> done = new HashSet<>();
    private boolean isPossible = true;
    private double seconds;

    Chain(Map<Value, Integer> cuts, int reader, long bytes) {
      this.cuts = cuts;
      this.reader = reader;
      this.bytes = bytes;
    }

    void follow(Value value) {
      int number = recomputation.producer(value);
      Selection selection = number < 0 ? null : recomputation.node(number);
      if (selection == null || !selection.node().op().isPure(selection.node().attrs())) {
        isPossible = false;
        return;
      }
      Node node = selection.node();
      if (!isPossible || !done.add(node)) {
        return;
      }
      seconds += seconds(selection);
      isPossible = done.size() <= MOST_NODES;
      for (Value input : node.inputs()) {
        if (recomputation.producer(input) < 0 || cuts.containsKey(input)) {
          continue;
        }
        if (recomputation.isCut(input)) {
          follow(input);
        } else if (!isThere(input) && PlanBuilder.bytes(input) * SMALL > bytes) {
          cuts.put(input, recomputation.lastUse(input));
          follow(input);
        }
      }
    }

    private boolean isThere(Value value) {
      return kept.contains(value) || recomputation.lastUse(value) >= reader;
    }
  }

  private static double seconds(Selection selection) {
    return selection.lowering() instanceof Lowering.View
        ? 0
        : SECONDS_PER_STEP
            + Cost.flops(selection.node()) / FLOPS_PER_SECOND
            + Cost.bytes(selection.node()) / BYTES_PER_SECOND;
  }
}
