package dev.gatun.core.compose;

import dev.gatun.core.graph.Node;
import java.util.Optional;

/** One kind of cluster: knows how exporters write it and which operator it stands for. */
interface Composite {
  /** Name by which it is switched off: "recognizeGelu". */
  String name();

  /**
   * The cluster that ends in this node, if it is one.
   *
   * @param root the node whose output is the composite's result; all its types are fixed
   */
  Optional<Match> match(Node root);
}
