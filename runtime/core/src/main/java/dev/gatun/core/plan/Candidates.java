package dev.gatun.core.plan;

import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.GatunException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** All candidates in the order in which they are asked. */
public final class Candidates {
  private static final List<Candidate> ALL =
      List.of(
          new Views(),
          new MatmulKernels(),
          new ConvKernels(),
          new RowKernels(),
          new ReduceKernels(),
          new PoolKernels(),
          new MovementKernels(),
          new PointwiseKernels());

  /** Composite operators that have kernels and are not taken apart. */
  public static final Set<OpDef> KEEP_WHOLE = Set.of();

  /** The first candidate that accepts the node, with the reasons of those before it. */
  public static Selection select(Node node, Target target) {
    List<String> refusals = new ArrayList<>();
    for (Candidate candidate : ALL) {
      Lowering lowering;
      try {
        lowering = candidate.lower(node, target);
      } catch (Anchored.NotFusible e) {
        lowering = new Lowering.Refused(String.valueOf(e.getMessage()));
      } catch (RuntimeException e) {
        throw new GatunException(
            "node " + node + ": kernel " + candidate.name() + " cannot be built: " + e.getMessage(),
            e);
      }
      if (lowering instanceof Lowering.Refused(String reason)) {
        if (!reason.isEmpty()) {
          refusals.add(candidate.name() + ": " + reason);
        }
      } else {
        return new Selection(node, candidate.name(), lowering, refusals);
      }
    }
    return new Selection(node, "reference", new Lowering.Refused("no candidate fits"), refusals);
  }

  private Candidates() {}
}
