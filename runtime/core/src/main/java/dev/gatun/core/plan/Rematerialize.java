package dev.gatun.core.plan;

import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.GatunException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Computes values again instead of keeping them: those of marked segments in the backward pass
 * (Chen and others 2016), and under a budget as many others as it takes, those first that free the
 * most memory for the time they cost.
 *
 * <p>It works on nodes that have their kernels: the same kernel runs twice, so results are the same
 * bit for bit, and no later pass can undo it. Each round takes the step in which most memory is in
 * use and gives up one value that waits there; that it helped is seen from the lifetimes of a plan,
 * and in the end from the arena.
 */
public final class Rematerialize {
  /** Name by which it is switched off. */
  public static final String NAME = "rematerialize";

  /** What a plan is made of. */
  public record Source(
      List<Value> inputs,
      List<Selection> nodes,
      List<Value> outputs,
      Weights weights,
      Homes homes) {}

  private final Source source;
  private final Recomputation recomputation;
  private final Set<Value> refused = new HashSet<>();

  private Rematerialize(Source source, Lifetimes lifetimes) {
    this.source = source;
    // Nodes that write state come last in a plan; positions are those there.
    recomputation = new Recomputation(lifetimes.nodes());
  }

  /** Whether a part of the graph says of itself that it is computed again. */
  public static boolean isMarked(List<Selection> nodes) {
    return nodes.stream().anyMatch(selection -> selection.node().segment() > 0);
  }

  /** Size of the arena when everything is kept. */
  public static long arenaBytes(Source source) {
    return lifetimes(source).arenaBytes();
  }

  /**
   * The nodes with those that run again; empty when there are none.
   *
   * @param budget most bytes that the arena may have, if there is a bound
   * @throws GatunException if the budget cannot be met
   */
  public static Optional<Recomputed> apply(Source source, OptionalLong budget) {
    Lifetimes lifetimes = lifetimes(source);
    long before = lifetimes.arenaBytes();
    Rematerialize it = new Rematerialize(source, lifetimes);
    Segments.cut(it.recomputation, it.kept());
    long bytes = lifetimes(it.source(it.recomputation.walk())).arenaBytes();
    if (budget.isPresent() && bytes > budget.getAsLong()) {
      bytes = it.shrink(budget.getAsLong(), before);
    }
    Recomputation.Walk walk = it.recomputation.walk();
    return walk.count == 0
        ? Optional.empty()
        : Optional.of(new Recomputed(walk.nodes, walk.now, walk.count, walk.flops, before, bytes));
  }

  /** Values that stay until the end. */
  private Set<Value> kept() {
    Set<Value> kept = new HashSet<>(source.outputs());
    kept.addAll(source.homes().next().values());
    return kept;
  }

  private Source source(Recomputation.Walk walk) {
    Map<Value, Value> next = new LinkedHashMap<>();
    source.homes().next().forEach((state, value) -> next.put(state, now(walk, value)));
    return new Source(
        source.inputs(),
        walk.nodes,
        source.outputs().stream().map(value -> now(walk, value)).toList(),
        source.weights(),
        new Homes(source.homes().places(), next));
  }

  private static Value now(Recomputation.Walk walk, Value value) {
    return walk.now.getOrDefault(value, value);
  }

  private static Lifetimes lifetimes(Source of) {
    return PlanBuilder.lifetimes(of.inputs(), of.nodes(), of.outputs(), of.weights(), of.homes());
  }

  /** How much memory steps need at most, and by how much they are above what they may need. */
  private record Pressure(long peak, int step, double excess, Lifetimes lifetimes) {
    static Pressure of(Lifetimes lifetimes, long wanted) {
      long[] live = lifetimes.live();
      int step = 0;
      double excess = 0;
      for (int i = 0; i < live.length; i++) {
        step = live[i] > live[step] ? i : step;
        excess += Math.max(0, live[i] - wanted);
      }
      return new Pressure(live[step], step, excess, lifetimes);
    }

    boolean isBetterThan(Pressure other) {
      return peak <= other.peak && excess < other.excess;
    }
  }

  /** Gives up values until the arena is small enough; returns its size. */
  private long shrink(long budget, long before) {
    long wanted = budget;
    long bytes;
    do {
      Pressure last = reduce(wanted);
      bytes = last.lifetimes().arenaBytes();
      if (last.peak() > wanted && bytes > budget) {
        throw tooSmall(budget, before, bytes, last);
      }
      // Gaps between buffers come on top of what is in use.
      wanted = Math.min(wanted, last.peak()) - Math.max(1, bytes - budget);
    } while (bytes > budget);
    return bytes;
  }

  /** Gives up values until no step needs more than wanted, or there are no more. */
  private Pressure reduce(long wanted) {
    Recomputation.Walk walk = recomputation.walk();
    Pressure now = Pressure.of(lifetimes(source(walk)), wanted);
    boolean helped = false;
    while (now.peak() > wanted) {
      Optional<Waiting.Choice> choice =
          new Waiting(recomputation, walk, now.lifetimes(), kept(), refused).best(now.step());
      if (choice.isEmpty()) {
        if (!helped) {
          return now;
        }
        refused.clear(); // what was of no use before may be now
        helped = false;
        continue;
      }
      choice.get().cuts().forEach(recomputation::cut);
      Recomputation.Walk next = recomputation.walk();
      Pressure then = Pressure.of(lifetimes(source(next)), wanted);
      if (then.isBetterThan(now)) {
        walk = next;
        now = then;
        helped = true;
      } else {
        choice.get().cuts().keySet().forEach(recomputation::keep);
        refused.addAll(choice.get().values());
      }
    }
    refused.clear();
    return now;
  }

  private static GatunException tooSmall(long budget, long before, long reached, Pressure last) {
    List<Selection> nodes = last.lifetimes().nodes();
    StringBuilder largest = new StringBuilder();
    last.lifetimes().all().stream()
        .filter(buffer -> buffer.from <= last.step() && last.step() <= buffer.to)
        .sorted((a, b) -> Long.compare(b.bytes, a.bytes))
        .limit(3)
        .forEach(
            buffer ->
                largest.append(
                    String.format(Locale.ROOT, ", %s (%.1f MB)", buffer.name, buffer.bytes / 1e6)));
    Node at = nodes.get(Math.min(last.step(), nodes.size() - 1)).node();
    return new GatunException(
        String.format(
            Locale.ROOT,
            "memory budget: values of a run may take %.3f MB; computing some again brings them from"
                + " %.3f to %.3f MB, not further. Most is in use at %s%s. Smaller batches need"
                + " less",
            budget / 1e6,
            before / 1e6,
            reached / 1e6,
            at,
            largest.isEmpty() ? "" : ": " + largest.substring(2)));
  }
}
