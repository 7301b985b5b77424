package dev.gatun.core.graph;

/** How an operator may fuse, from the most to the least willing. */
public enum FusionClass {
  /** Each output element needs the input elements at the same place. */
  ELEMENTWISE,
  /** Repeats elements. */
  BROADCAST,
  /** Each output element needs one input element somewhere else. */
  INJECTIVE,
  REDUCE,
  /** Reduces over the last axis and broadcasts back. */
  ROWWISE,
  CONTRACTION,
  OPAQUE
}
