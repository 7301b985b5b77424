package dev.gatun.core.plan;

import dev.gatun.core.graph.Node;

/** One way to run a node: a kernel family of one implementation. */
public interface Candidate {
  /** "family/implementation/type/variant", for example "matmul/vector/f32/packed". */
  String name();

  /** Kernels for the node, or why not. Every tensor type of the node is fixed. */
  Lowering lower(Node node, Target target);
}
