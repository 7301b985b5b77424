package dev.gatun.core.plan;

import dev.gatun.core.graph.Node;
import java.util.List;

/**
 * Which candidate a node got, and why the ones before it were refused.
 *
 * @param candidate empty when every candidate refused: the node then runs by its reference meaning
 * @param lowering what the candidate answered; {@link Lowering.Refused} when none fits
 * @param refusals "candidate: reason" of each candidate that was asked before
 */
public record Selection(Node node, String candidate, Lowering lowering, List<String> refusals) {
  public Selection {
    refusals = List.copyOf(refusals);
  }

  /** True when the node can be part of a plan. */
  public boolean isPlanned() {
    return !(lowering instanceof Lowering.Refused);
  }
}
