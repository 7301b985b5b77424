package dev.gatun.core.golden;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.LossReduction;
import dev.gatun.core.op.Losses;
import dev.gatun.core.op.PairLosses;
import java.util.Map;

/** Golden losses; what the file calls x are logits even where PyTorch takes their logSoftmax. */
final class GoldenLosses {
  static void add(Map<String, GoldenOps.Builder> map) {
    GoldenOps.one(map, "mse_loss", c -> Losses.mse(b(c), c.in("x"), c.in("t"), c.reduction()));
    GoldenOps.one(map, "l1_loss", c -> Losses.l1(b(c), c.in("x"), c.in("t"), c.reduction()));
    GoldenOps.one(
        map,
        "huber_loss",
        c -> Losses.huber(b(c), c.in("x"), c.in("t"), c.real("delta", 1), c.reduction()));
    GoldenOps.one(
        map,
        "smooth_l1_loss",
        c -> Losses.smoothL1(b(c), c.in("x"), c.in("t"), c.real("beta", 1), c.reduction()));
    GoldenOps.one(map, "cross_entropy", GoldenLosses::crossEntropy);
    GoldenOps.one(map, "nll_loss", GoldenLosses::nll);
    GoldenOps.one(
        map,
        "bce_with_logits",
        c ->
            Losses.binaryCrossEntropyWithLogits(
                b(c),
                c.in("x"),
                c.in("t"),
                c.optional("weight"),
                c.optional("pos_weight"),
                c.reduction()));
    GoldenOps.one(
        map,
        "bce",
        c ->
            Losses.binaryCrossEntropy(
                b(c), c.in("x"), c.in("t"), c.optional("weight"), c.reduction()));
    GoldenOps.one(
        map,
        "focal_loss",
        c ->
            Losses.focal(
                b(c),
                c.in("x"),
                c.in("t"),
                c.real("alpha", 0.25),
                c.real("gamma", 2),
                c.reduction()));
    GoldenOps.one(
        map,
        "hinge_loss",
        c -> Losses.hinge(b(c), c.in("x"), c.in("t"), c.real("margin", 1), c.reduction()));
    GoldenOps.one(
        map,
        "kl_div",
        c ->
            Losses.klDivergence(
                b(c), logSoftmax(c, -1), c.in("t"), c.flag("log_target", false), c.reduction()));
    GoldenOps.one(
        map,
        "gaussian_kl",
        c -> Losses.gaussianKl(b(c), c.in("mu"), c.in("logvar"), c.reduction()));
    GoldenOps.one(
        map, "dice_loss", c -> Losses.dice(b(c), c.in("x"), c.in("t"), c.real("smooth", 1)));
    GoldenOps.one(
        map,
        "poisson_nll",
        c ->
            Losses.poissonNll(
                b(c),
                c.in("x"),
                c.in("t"),
                c.flag("log_input", true),
                c.flag("full", false),
                c.real("eps", 1e-8),
                c.reduction()));
    GoldenOps.one(
        map,
        "gaussian_nll",
        c ->
            Losses.gaussianNll(
                b(c),
                c.in("x"),
                c.in("t"),
                c.in("var"),
                c.flag("full", false),
                c.real("eps", 1e-6),
                c.reduction()));
    GoldenOps.one(
        map,
        "ctc_loss",
        c ->
            Losses.ctc(
                b(c),
                logSoftmax(c, -1),
                c.in("t"),
                c.in("il"),
                c.in("tl"),
                c.integer("blank", 0),
                c.flag("zero_infinity", false),
                c.reduction()));
    pairs(map);
  }

  private static void pairs(Map<String, GoldenOps.Builder> map) {
    GoldenOps.one(
        map,
        "contrastive_loss",
        c ->
            PairLosses.contrastive(
                b(c), c.in("a"), c.in("b"), c.in("t"), c.real("margin", 1), c.reduction()));
    GoldenOps.one(
        map,
        "triplet_loss",
        c ->
            PairLosses.triplet(
                b(c),
                c.in("a"),
                c.in("p"),
                c.in("n"),
                c.real("margin", 1),
                c.real("p", 2),
                c.flag("swap", false),
                c.reduction()));
    GoldenOps.one(
        map,
        "cosine_embedding_loss",
        c ->
            PairLosses.cosineEmbedding(
                b(c), c.in("a"), c.in("b"), c.in("t"), c.real("margin", 0), c.reduction()));
    GoldenOps.one(
        map,
        "info_nce",
        c -> PairLosses.infoNce(b(c), c.in("a"), c.in("b"), c.real("temperature", 0.07)));
  }

  private static GraphBuilder b(GoldenCase c) {
    return c.builder();
  }

  private static Value logSoftmax(GoldenCase c, int axis) {
    return c.node("logSoftmax", Attrs.of("axis", axis), c.in("x"));
  }

  private static Value crossEntropy(GoldenCase c) {
    Value t = c.in("t");
    double smoothing = c.real("label_smoothing", 0);
    if (t.tensorType().dtype().isFloat()) {
      return Losses.denseCrossEntropy(
          b(c), c.in("x"), t, c.optional("weight"), smoothing, c.reduction());
    }
    return Losses.crossEntropy(
        b(c),
        c.in("x"),
        t,
        c.optional("weight"),
        smoothing,
        c.integer("ignore_index", Losses.IGNORED),
        c.reduction());
  }

  private static Value nll(GoldenCase c) {
    LossReduction reduction = c.reduction();
    return Losses.negativeLogLikelihood(
        b(c),
        logSoftmax(c, c.rank(c.in("x")) == 1 ? 0 : 1),
        c.in("t"),
        c.optional("weight"),
        c.integer("ignore_index", Losses.IGNORED),
        reduction);
  }

  private GoldenLosses() {}
}
