package dev.gatun.core.plan;

import dev.gatun.core.graph.Value;
import java.util.Map;

/**
 * Memory outside the arena in which values live from one run to the next.
 *
 * @param places address of each value that lies there when a run begins; each has a cache line of
 *     slack behind it
 * @param next for each of them that the plan renews, what lies there when a run has ended
 */
public record Homes(Map<Value, Long> places, Map<Value, Value> next) {
  /** Of a plan without state. */
  public static final Homes NONE = new Homes(Map.of(), Map.of());

  public Homes {
    // Ordered copies, so that plans do not depend on hashing.
    places = new java.util.LinkedHashMap<>(places);
    next = new java.util.LinkedHashMap<>(next);
  }
}
