package dev.gatun.core.pass;

import dev.gatun.core.graph.Graph;

/** Builds a new graph with the same meaning from an old one. */
public interface Pass {
  /** Name by which the pass is switched off: a verb, as in "foldConstants". */
  String name();

  Graph apply(Graph graph);
}
