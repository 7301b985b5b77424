package dev.gatun.formats.onnx.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.Arrays;
import java.util.List;

/**
 * treeEnsemble(x [N, F]) [N, targets]: each row walks down every tree; the leaves' weights are
 * summed, averaged, or their least or greatest taken, and base added.
 *
 * <p>Node i tests feature features[i] against thresholds[i] by tests[i] (LEQ, LT, GTE, GT, EQ, NEQ
 * or MEMBER of sets[setStarts[i]...setStarts[i + 1])) and goes on to yes[i] or no[i]; NaN goes to
 * yes[i] where missing[i] is 1. A next node of -1 - k is the leaf k, whose weights are
 * leafWeights[leafStarts[k]...leafStarts[k + 1]) for leafTargets of the same places. roots are
 * nodes or leaves of the same kind.
 */
final class TreeEnsemble {
  static final OpDef OP =
      OpDef.named("treeEnsemble")
          .attr("targets")
          .attr("aggregate", "SUM")
          .attr("base", List.of())
          .attr("features")
          .attr("thresholds")
          .attr("tests")
          .attr("sets", List.of())
          .attr("setStarts", List.of())
          .attr("yes")
          .attr("no")
          .attr("missing")
          .attr("roots")
          .attr("leafStarts")
          .attr("leafTargets")
          .attr("leafWeights")
          .types(TreeEnsemble::types)
          .reference(TreeEnsemble::run)
          .define();

  private static List<Type> types(Operands in) {
    Shape shape = in.shape(0);
    DType type = in.dtype(0) == DType.F64 ? DType.F64 : DType.F32;
    long rows = shape.isRanked() ? (shape.rank() == 1 ? 1 : shape.size(0)) : Shape.UNKNOWN;
    return List.of(Type.tensor(type, rows, in.attrs().integer("targets")));
  }

  private static List<Tensor> run(Evaluation in) {
    Tensor x = in.tensor(0);
    Attrs attrs = in.attrs();
    Forest forest = new Forest(attrs);
    int targets = attrs.intValue("targets");
    long rows = x.shape().rank() == 1 ? 1 : x.shape().size(0);
    long width = x.shape().size(-1);
    DType type = x.dtype() == DType.F64 ? DType.F64 : DType.F32;
    TensorBuilder out = new TensorBuilder(type, Shape.of(rows, targets));
    double[] base = attrs.reals("base");
    for (long row = 0; row < rows; row++) {
      double[] scores = forest.scores(x, row * width, width, targets);
      for (int t = 0; t < targets; t++) {
        double offset = base.length == 1 ? base[0] : base.length > 0 ? base[t] : 0;
        out.set(row * targets + t, scores[t] + offset);
      }
    }
    return List.of(out.build());
  }

  /** The attributes as arrays, read once a run. */
  private static final class Forest {
    private final int[] features;
    private final double[] thresholds;
    private final List<String> tests;
    private final double[] sets;
    private final int[] setStarts;
    private final int[] yes;
    private final int[] no;
    private final int[] missing;
    private final int[] roots;
    private final int[] leafStarts;
    private final int[] leafTargets;
    private final double[] leafWeights;
    private final String aggregate;

    Forest(Attrs attrs) {
      features = attrs.ints("features");
      thresholds = attrs.reals("thresholds");
      tests = attrs.texts("tests");
      sets = attrs.reals("sets");
      setStarts = attrs.ints("setStarts");
      yes = attrs.ints("yes");
      no = attrs.ints("no");
      missing = attrs.ints("missing");
      roots = attrs.ints("roots");
      leafStarts = attrs.ints("leafStarts");
      leafTargets = attrs.ints("leafTargets");
      leafWeights = attrs.reals("leafWeights");
      aggregate = attrs.text("aggregate");
    }

    double[] scores(Tensor x, long from, long width, int targets) {
      double[] scores = new double[targets];
      boolean extreme = aggregate.equals("MIN") || aggregate.equals("MAX");
      boolean[] seen = new boolean[targets];
      for (int root : roots) {
        int leaf = walk(root, x, from, width);
        for (int i = leafStarts[leaf]; i < leafStarts[leaf + 1]; i++) {
          int t = leafTargets[i];
          double weight = leafWeights[i];
          scores[t] =
              !extreme
                  ? scores[t] + weight
                  : !seen[t]
                      ? weight
                      : aggregate.equals("MIN")
                          ? Math.min(scores[t], weight)
                          : Math.max(scores[t], weight);
          seen[t] = true;
        }
      }
      if (aggregate.equals("AVERAGE")) {
        double trees = roots.length;
        Arrays.setAll(scores, t -> scores[t] / trees);
      }
      return scores;
    }

    private int walk(int root, Tensor x, long from, long width) {
      int at = root;
      // A tree has fewer levels than nodes: more steps mean a cycle.
      for (int steps = 0; at >= 0; steps++) {
        if (steps > features.length || features[at] >= width || features[at] < 0) {
          throw new dev.gatun.core.tensor.GatunException(
              "op 'treeEnsemble': node "
                  + at
                  + " is on a cycle or tests feature "
                  + features[at]
                  + " of "
                  + width);
        }
        double value = x.getDouble(from + features[at]);
        boolean taken = Double.isNaN(value) && missing[at] != 0 || test(at, value, thresholds[at]);
        at = taken ? yes[at] : no[at];
      }
      return -1 - at;
    }

    private boolean test(int at, double value, double threshold) {
      return switch (tests.get(at)) {
        case "LEQ" -> value <= threshold;
        case "LT" -> value < threshold;
        case "GTE" -> value >= threshold;
        case "GT" -> value > threshold;
        case "EQ" -> value == threshold;
        case "NEQ" -> value != threshold;
        default -> {
          boolean member = false;
          for (int i = setStarts[at]; i < setStarts[at + 1]; i++) {
            member |= sets[i] == value;
          }
          yield member;
        }
      };
    }
  }

  private TreeEnsemble() {}
}
