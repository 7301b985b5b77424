package dev.gatun.core.plan;

import dev.gatun.core.graph.Node;
import dev.gatun.core.tensor.GatunException;
import java.util.ArrayList;
import java.util.List;

/** All candidates, and in which order a backend asks them. */
public final class Candidates {
  private static final Candidate VIEWS = new Views();

  /** Gatun's own kernels. */
  private static final List<Candidate> OWN =
      List.of(
          new MatmulKernels(),
          new NarrowMatmulKernels(),
          new ConvKernels(false),
          new ConvKernels(true),
          new ConvGradientKernels(),
          new BatchNormKernels(),
          new AttentionKernels(),
          new AttentionGradientKernels(),
          new RecurrentKernels(),
          new RecurrentGradientKernels(),
          new RowKernels(),
          new RopeKernels(),
          new LikelihoodKernels(),
          new ReduceKernels(),
          new PoolKernels(),
          new MovementKernels(),
          new TableKernels(),
          new IndexKernels(),
          new OrderKernels(),
          new RandomKernels(),
          new PointwiseKernels(true),
          new CastKernels(),
          new PointwiseKernels(false));

  private static final List<Candidate> ONEDNN =
      List.of(
          new DnnlMatmul(),
          new DnnlConvolution(false),
          new DnnlConvolution(true),
          new DnnlPooling(),
          new DnnlRowwise(),
          new DnnlRecurrent());

  private static final List<Candidate> OPENBLAS = List.of(new BlasMatmul());

  /** Whether a composite has a kernel of its own and need not be taken apart. */
  public static boolean keepsWhole(Node node) {
    return AttentionKernels.accepts(node)
        || NarrowMatmulKernels.accepts(node)
        || AttentionGradientKernels.accepts(node)
        || RowKernels.accepts(node)
        || RopeKernels.accepts(node)
        || BatchNormKernels.accepts(node)
        || RecurrentGradientKernels.accepts(node);
  }

  /** Whose kernels {@link Backend#AUTO} asks first where nothing was measured. */
  public static Backend usual(Node node, Target target) {
    return Usual.of(node, target.threads());
  }

  /** The candidates in the order in which they are asked. */
  private static List<Candidate> order(Node node, Target target) {
    Backend backend = target.backend();
    Backend first =
        backend == Backend.AUTO
            ? target.choices().of(node).orElseGet(() -> usual(node, target))
            : backend;
    List<Candidate> order = new ArrayList<>();
    order.add(VIEWS);
    switch (first) {
      case AUTO, VECTOR -> order.addAll(OWN);
      case ONEDNN -> {
        order.addAll(ONEDNN);
        order.addAll(OWN);
      }
      case OPENBLAS -> {
        order.addAll(OPENBLAS);
        order.addAll(OWN);
      }
      case REFERENCE -> order.clear();
    }
    if (backend == Backend.AUTO && first == Backend.VECTOR) {
      order.addAll(ONEDNN);
    }
    return order;
  }

  /** The first candidate that accepts the node, with the reasons of those before it. */
  public static Selection select(Node node, Target target) {
    List<String> refusals = new ArrayList<>();
    for (Candidate candidate : order(node, target)) {
      Lowering lowering;
      try {
        lowering = candidate.lower(node, target);
      } catch (Anchored.NotFusible | DnnlSlices.RefusedException e) {
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
