package dev.gatun.core.pass;

import dev.gatun.core.compose.RecognizeComposites;
import dev.gatun.core.fuse.FuseAttention;
import dev.gatun.core.fuse.FuseAttentionGradient;
import dev.gatun.core.fuse.FusePointwise;
import dev.gatun.core.fuse.FuseUpdates;
import dev.gatun.core.fuse.KeepNarrowWeights;
import dev.gatun.core.fuse.MergeProjections;
import dev.gatun.core.fuse.SaveSlopes;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.plan.Candidates;
import dev.gatun.core.plan.Rematerialize;
import dev.gatun.core.tensor.Type;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The passes in order. */
public final class Passes {
  /** Rules that one sweep applies to each node, the first that fits. */
  private static final List<Simplify.Named> RULES =
      List.of(
          new Simplify.Named("sinkConstants", new SinkConstants()),
          new Simplify.Named("inlineBranches", new InlineBranches()),
          new Simplify.Named("foldConstants", new FoldConstants()),
          new Simplify.Named("canonicalize", new Canonicalize()),
          new Simplify.Named("expandGemm", new ExpandGemm()),
          new Simplify.Named("sinkReshapes", new SinkReshapes()),
          new Simplify.Named("simplifyAlgebra", new SimplifyAlgebra()),
          new Simplify.Named("simplifyAttention", new SimplifyAttention()));

  private static final Pass NARROW = new KeepNarrowWeights(Candidates::keepsWhole);

  private static final Pass WIDEN = new WidenWeights();

  private static final List<Pass> AFTER =
      List.of(
          new MergeOutputs(),
          new MergeProjections(Candidates::keepsWhole),
          new AssignLayouts(),
          new ExpandComposites(Candidates::keepsWhole),
          new FuseAttention(Candidates::keepsWhole),
          new FuseAttentionGradient(Candidates::keepsWhole),
          new SaveSlopes(),
          new FusePointwise(true),
          new FusePointwise(false),
          new FuseUpdates());

  /** Sweeps of the rules: one uncovers what the next can use; real graphs need two. */
  private static final int MAX_SWEEPS = 4;

  /** Names of all passes that can be switched off. */
  public static Set<String> names() {
    Set<String> names = new TreeSet<>();
    RULES.forEach(rule -> names.add(rule.name()));
    names.addAll(RecognizeComposites.names());
    AFTER.forEach(pass -> names.add(pass.name()));
    names.add(NARROW.name());
    names.add(Rematerialize.NAME); // comes when kernels are chosen
    return names;
  }

  /** Fails on names that no pass has. */
  public static void requireKnown(Set<String> passes) {
    Set<String> unknown = new TreeSet<>(passes);
    unknown.removeAll(names());
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException("no pass is called " + unknown + "; there are " + names());
    }
  }

  /**
   * Compiles a graph as far as graphs go.
   *
   * @param inputTypes types of the inputs in this program, all fixed
   */
  public static Graph apply(Graph graph, List<? extends Type> inputTypes, Set<String> disabled) {
    Simplify simplify =
        new Simplify(RULES.stream().filter(rule -> !disabled.contains(rule.name())).toList());
    // First of all, lest small weights are widened as constants.
    Graph typed =
        narrow(Rewriter.rewrite(graph, inputTypes, (n, in, b) -> Optional.empty()), disabled);
    Graph now = settle(Rewriter.rewrite(typed, simplify), simplify);
    Graph recognized = RecognizeComposites.apply(now, disabled);
    now = recognized.equals(now) ? now : settle(recognized, simplify);
    now = narrow(now, disabled);
    // Behind what keeps weights narrow.
    now = disabled.contains(WIDEN.name()) ? now : WIDEN.apply(now);
    for (Pass pass : AFTER) {
      if (!disabled.contains(pass.name())) {
        now = Rewriter.rewrite(pass.apply(now), (node, inputs, b) -> Optional.empty());
      }
    }
    return now;
  }

  /** The graph with inference batch norms as part of the convolutions before them. */
  public static Graph foldNorms(Graph graph) {
    return Rewriter.rewrite(
        graph, new Simplify(List.of(new Simplify.Named("simplifyAlgebra", new SimplifyAlgebra()))));
  }

  /** A graph that went through the passes, for kernels that have no attention of their own. */
  public static Graph takeAttentionApart(Graph ready) {
    return new FusePointwise(false).apply(new TakeAttentionApart().apply(ready));
  }

  private static Graph narrow(Graph graph, Set<String> disabled) {
    return disabled.contains(NARROW.name()) ? graph : NARROW.apply(graph);
  }

  private static Graph settle(Graph graph, Simplify simplify) {
    Graph now = graph;
    for (int i = 1; i < MAX_SWEEPS; i++) {
      Graph next = Rewriter.rewrite(now, simplify);
      boolean settled = next.nodes().size() == now.nodes().size();
      now = next;
      if (settled) {
        break;
      }
    }
    return now;
  }

  private Passes() {}
}
