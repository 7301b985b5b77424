package dev.gatun.core.compose;

import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import java.util.List;

/**
 * A cluster that was found.
 *
 * @param leaves what goes into the cluster; everything between them and the root is replaced
 * @param build adds the composite to a graph
 */
record Match(List<Value> leaves, Builder build) {
  /** Adds the composite. */
  interface Builder {
    /** The value that replaces the root's output; {@code leaves} are those of the new graph. */
    Value build(GraphBuilder b, List<Value> leaves);
  }

  Match {
    leaves = List.copyOf(leaves);
  }
}
