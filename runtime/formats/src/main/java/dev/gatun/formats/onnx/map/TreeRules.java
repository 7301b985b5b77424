package dev.gatun.formats.onnx.map;

import static java.util.Map.entry;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tree ensembles in their three ONNX forms, brought to the one form of {@code treeEnsemble}. */
final class TreeRules {
  static final Map<String, Rule> TABLE =
      Map.ofEntries(
          entry("TreeEnsemble", TreeRules::ensemble),
          entry("TreeEnsembleClassifier", TreeRules::classifier),
          entry("TreeEnsembleRegressor", TreeRules::regressor));

  private static final List<String> TESTS =
      List.of("LEQ", "LT", "GTE", "GT", "EQ", "NEQ", "MEMBER");
  private static final List<String> AGGREGATES = List.of("AVERAGE", "SUM", "MIN", "MAX");
  private static final List<String> TRANSFORMS =
      List.of("NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT");

  private record NodeId(long tree, long node) {}

  private static <T> T at(OnnxNode n, List<T> list, long i, String what) {
    if (i < 0 || i >= list.size()) {
      throw n.error("%s is %d, must be 0 to %d", what, i, list.size() - 1);
    }
    return list.get((int) i);
  }

  private static double[] doubles(Tensor tensor) {
    double[] values = new double[Math.toIntExact(tensor.elements())];
    Arrays.setAll(values, tensor::getDouble);
    return values;
  }

  // Opset 5: leaves are numbered apart from inner nodes.
  private static List<Value> ensemble(OnnxNode n) {
    n.ignore("nodes_hitrates");
    double[] modes = doubles(n.tensor("nodes_modes"));
    double[] splits = doubles(n.tensor("nodes_splits"));
    double[] weights = doubles(n.tensor("leaf_weights"));
    long[] targets = n.integers("leaf_targetids");
    long[] yes = next(n, "true", modes.length, targets.length);
    long[] no = next(n, "false", modes.length, targets.length);
    List<String> tests = new ArrayList<>();
    for (double mode : modes) {
      tests.add(at(n, TESTS, (long) mode, "nodes_modes"));
    }
    long[] roots = n.integers("tree_roots");
    for (int i = 0; i < roots.length; i++) {
      // A tree that is one leaf: both ways lead to the same leaf.
      at(n, tests, roots[i], "tree_roots");
    }
    Attrs attrs =
        Attrs.of(
            "targets",
            n.integer("n_targets", 1),
            "aggregate",
            at(n, AGGREGATES, n.integer("aggregate_function", 1), "aggregate_function"),
            "features",
            n.integers("nodes_featureids"),
            "thresholds",
            splits,
            "tests",
            tests,
            "yes",
            yes,
            "no",
            no,
            "missing",
            n.optionalIntegers("nodes_missing_value_tracks_true").orElse(new long[modes.length]),
            "roots",
            roots,
            "leafStarts",
            counting(targets.length + 1),
            "leafTargets",
            targets,
            "leafWeights",
            weights);
    if (n.hasAttr("membership_values")) {
      attrs = membership(attrs, tests, doubles(n.tensor("membership_values")));
    }
    checkLengths(n, attrs);
    String transform = at(n, TRANSFORMS, n.integer("post_transform", 0), "post_transform");
    Value y = n.add("treeEnsemble", attrs, n.in(0));
    return List.of(LearnerRules.postTransform(n, y, transform));
  }

  private static long[] next(OnnxNode n, String which, int nodes, int leaves) {
    long[] ids = n.integers("nodes_" + which + "nodeids").clone();
    long[] isLeaf = n.integers("nodes_" + which + "leafs");
    if (ids.length != nodes || isLeaf.length != nodes) {
      throw n.error("%d nodes, but %d and %d next nodes", nodes, ids.length, isLeaf.length);
    }
    for (int i = 0; i < nodes; i++) {
      if (ids[i] < 0 || ids[i] >= (isLeaf[i] != 0 ? leaves : nodes)) {
        throw n.error("node %d leads to %d, which is not there", i, ids[i]);
      }
      ids[i] = isLeaf[i] != 0 ? -1 - ids[i] : ids[i];
    }
    return ids;
  }

  private static long[] counting(int length) {
    long[] values = new long[length];
    Arrays.setAll(values, i -> i);
    return values;
  }

  // The sets of all MEMBER nodes in order, a NaN after each.
  private static Attrs membership(Attrs attrs, List<String> tests, double[] values) {
    List<Double> sets = new ArrayList<>();
    long[] starts = new long[tests.size() + 1];
    int from = 0;
    for (int i = 0; i < tests.size(); i++) {
      while (tests.get(i).equals("MEMBER") && from < values.length && !Double.isNaN(values[from])) {
        sets.add(values[from++]);
      }
      from += tests.get(i).equals("MEMBER") ? 1 : 0;
      starts[i + 1] = sets.size();
    }
    return attrs.with("sets", sets).with("setStarts", starts);
  }

  private static void checkLengths(OnnxNode n, Attrs attrs) {
    int nodes = attrs.texts("tests").size();
    for (String name : List.of("features", "yes", "no", "missing")) {
      if (attrs.longs(name).length != nodes) {
        throw n.error("%d nodes, but %d %s", nodes, attrs.longs(name).length, name);
      }
    }
    long targets = attrs.integer("targets");
    for (long target : attrs.longs("leafTargets")) {
      if (target < 0 || target >= targets) {
        throw n.error("a leaf has target %d of %d", target, targets);
      }
    }
    if (attrs.reals("thresholds").length != nodes
        || attrs.reals("leafWeights").length != attrs.longs("leafTargets").length) {
      throw n.error("the lists of thresholds or weights are too short or too long");
    }
  }

  /** Opsets 1 and 3: nodes are named by tree and number, leaves are among them. */
  private static Attrs old(OnnxNode n, String prefix, long targets) {
    n.ignore("nodes_hitrates", "nodes_hitrates_as_tensor");
    long[] trees = n.integers("nodes_treeids");
    long[] ids = n.integers("nodes_nodeids");
    List<String> modes = n.texts("nodes_modes");
    if (trees.length != modes.size() || ids.length != modes.size()) {
      throw n.error("%d modes for %d nodes", modes.size(), ids.length);
    }
    Map<NodeId, Long> places = new HashMap<>();
    Set<Long> seen = new LinkedHashSet<>();
    List<Long> roots = new ArrayList<>();
    List<List<Integer>> leaves = new ArrayList<>();
    long inner = 0;
    List<Integer> innerNodes = new ArrayList<>();
    for (int i = 0; i < ids.length; i++) {
      boolean leaf = modes.get(i).equals("LEAF");
      long place = leaf ? -1 - leaves.size() : inner++;
      if (leaf) {
        leaves.add(new ArrayList<>());
      } else {
        innerNodes.add(i);
      }
      places.put(new NodeId(trees[i], ids[i]), place);
      if (seen.add(trees[i])) {
        roots.add(place); // the first node of a tree is its root
      }
    }
    long[] targetTrees = n.integers(prefix + "_treeids");
    long[] targetNodes = n.integers(prefix + "_nodeids");
    long[] targetIds = n.integers(prefix + "_ids");
    double[] weights = reals(n, prefix + "_weights");
    if (targetNodes.length != targetTrees.length
        || targetIds.length != targetTrees.length
        || weights.length != targetTrees.length) {
      throw n.error("the lists of %s ids and weights differ in length", prefix);
    }
    for (int i = 0; i < targetTrees.length; i++) {
      long place = place(n, places, targetTrees[i], targetNodes[i]);
      if (place >= 0) {
        throw n.error(
            "node %d of tree %d has a weight but is no leaf", targetNodes[i], targetTrees[i]);
      }
      leaves.get((int) (-1 - place)).add(i);
    }
    Attrs attrs = Attrs.of("targets", targets, "roots", longs(roots));
    attrs = leaves(attrs, leaves, targetIds, weights);
    attrs = inner(n, attrs, places, trees, modes, innerNodes);
    if (n.hasAttr("base_values") || n.hasAttr("base_values_as_tensor")) {
      attrs = attrs.with("base", reals(n, "base_values"));
    }
    checkLengths(n, attrs);
    return attrs;
  }

  private static Attrs leaves(
      Attrs attrs, List<List<Integer>> leaves, long[] targetIds, double[] weights) {
    long[] starts = new long[leaves.size() + 1];
    List<Long> targets = new ArrayList<>();
    List<Double> sorted = new ArrayList<>();
    for (int leaf = 0; leaf < leaves.size(); leaf++) {
      for (int i : leaves.get(leaf)) {
        targets.add(targetIds[i]);
        sorted.add(weights[i]);
      }
      starts[leaf + 1] = targets.size();
    }
    return attrs
        .with("leafStarts", starts)
        .with("leafTargets", targets)
        .with("leafWeights", sorted);
  }

  private static Attrs inner(
      OnnxNode n,
      Attrs attrs,
      Map<NodeId, Long> places,
      long[] trees,
      List<String> modes,
      List<Integer> innerNodes) {
    long[] features = n.integers("nodes_featureids");
    double[] values = reals(n, "nodes_values");
    long[] trueIds = n.integers("nodes_truenodeids");
    long[] falseIds = n.integers("nodes_falsenodeids");
    long[] missing =
        n.optionalIntegers("nodes_missing_value_tracks_true").orElse(new long[modes.size()]);
    List<Long> feature = new ArrayList<>();
    List<Double> threshold = new ArrayList<>();
    List<String> tests = new ArrayList<>();
    List<Long> yes = new ArrayList<>();
    List<Long> no = new ArrayList<>();
    List<Long> tracks = new ArrayList<>();
    for (int i : innerNodes) {
      String test = modes.get(i).replace("BRANCH_", "");
      if (!TESTS.subList(0, 6).contains(test)) {
        throw n.error("unknown mode '%s'", modes.get(i));
      }
      tests.add(test);
      feature.add(features[i]);
      threshold.add(values[i]);
      yes.add(place(n, places, trees[i], trueIds[i]));
      no.add(place(n, places, trees[i], falseIds[i]));
      tracks.add(i < missing.length ? missing[i] : 0);
    }
    return attrs
        .with("features", feature)
        .with("thresholds", threshold)
        .with("tests", tests)
        .with("yes", yes)
        .with("no", no)
        .with("missing", tracks);
  }

  private static long place(OnnxNode n, Map<NodeId, Long> places, long tree, long node) {
    Long place = places.get(new NodeId(tree, node));
    if (place == null) {
      throw n.error("tree %d has no node %d", tree, node);
    }
    return place;
  }

  private static double[] reals(OnnxNode n, String name) {
    return n.hasAttr(name + "_as_tensor") ? doubles(n.tensor(name + "_as_tensor")) : n.reals(name);
  }

  private static long[] longs(List<Long> list) {
    return list.stream().mapToLong(Long::longValue).toArray();
  }

  private static List<Value> regressor(OnnxNode n) {
    Attrs attrs =
        old(n, "target", n.integer("n_targets", 1))
            .with("aggregate", n.text("aggregate_function", "SUM"));
    Value y = n.cast(n.add("treeEnsemble", attrs, n.in(0)), DType.F32);
    return List.of(LearnerRules.postTransform(n, y, n.text("post_transform", "NONE")));
  }

  private static List<Value> classifier(OnnxNode n) {
    Value names = LearnerRules.names(n, "classlabels_int64s", "classlabels_strings");
    long classes = names.tensorType().shape().size(0);
    Attrs attrs = old(n, "class", classes);
    String transform = n.text("post_transform", "NONE");
    Set<Long> used = new LinkedHashSet<>();
    for (long target : attrs.longs("leafTargets")) {
      used.add(target);
    }
    Value scores = n.cast(n.add("treeEnsemble", attrs, n.in(0)), DType.F32);
    if (classes != 2 || used.size() != 1) {
      return List.of(
          LearnerRules.labels(n, scores, names), LearnerRules.postTransform(n, scores, transform));
    }
    // Two classes, one score: it speaks for the second class.
    Value score = n.add("gather", Attrs.of("axis", 1), scores, n.vector(used.iterator().next()));
    boolean positive = Arrays.stream(attrs.reals("leafWeights")).allMatch(w -> w >= 0);
    Value second = LearnerRules.postTransform(n, score, transform);
    Value first =
        transform.equals("NONE") && !positive
            ? n.add("neg", second)
            : n.add("sub", n.scalar(second, 1), second);
    Value both = n.add("concat", Attrs.of("axis", 1), first, second);
    return List.of(LearnerRules.labels(n, both, names), both);
  }

  private TreeRules() {}
}
