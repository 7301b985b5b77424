package dev.gatun.core.graph;

/**
 * Numbers that say which part of a step of training a node is of: positive ones stand for parts of
 * the forward pass whose inner values are not kept for the backward pass but computed again there.
 * A mark changes no meaning, and passes hand it on from the nodes they replace; nodes that are
 * equal but for it are one.
 */
public final class Segment {
  /** No part that anything is said about. */
  public static final int NONE = 0;

  /** The backward pass. */
  public static final int BACKWARD = -1;

  /** The segment of a node that takes another graph's place in one of this segment. */
  public static int within(int around, Node node) {
    return node.segment() == NONE ? around : node.segment();
  }

  private Segment() {}
}
