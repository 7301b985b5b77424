package dev.gatun.core.plan;

import dev.gatun.core.graph.Value;
import java.util.List;
import java.util.Map;

/**
 * Nodes of a plan some of which run twice, so that what they compute need not be kept between.
 *
 * @param nodes in the order in which they run
 * @param now for each value that another one stands for, that one
 * @param count how many nodes run again
 * @param flops of those
 * @param arenaBefore size of the arena when everything is kept
 * @param arenaBytes size of the arena now
 */
public record Recomputed(
    List<Selection> nodes,
    Map<Value, Value> now,
    int count,
    long flops,
    long arenaBefore,
    long arenaBytes) {
  public Recomputed {
    nodes = List.copyOf(nodes);
  }

  /** What stands for a value. */
  public Value now(Value value) {
    return now.getOrDefault(value, value);
  }
}
