package dev.gatun.models.segformer;

import dev.gatun.models.family.Config;
import dev.gatun.models.part.ActivationNames;
import dev.gatun.models.part.Attend;
import dev.gatun.models.part.Images;
import dev.gatun.models.part.Pieces;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Layer;
import dev.gatun.train.net.Layers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Levels of blocks whose attention reads a smaller picture; each level is smaller and wider. */
record SegFormerEncoder(
    List<Level> levels,
    Layer activation,
    double dropout,
    double attentionDropout,
    double pathDropout) {
  // Not a mistake: the published implementation does not read layer_norm_eps.
  private static final double EPSILON = 1e-5;

  /** Options of one level. */
  record Level(
      long blocks, long reduction, long width, long patch, long stride, long heads, long inner) {}

  static SegFormerEncoder of(Config c) {
    int count = Math.toIntExact(c.integer("num_encoder_blocks", 4));
    List<Long> blocks = list(c, "depths", count, List.of(2L, 2L, 2L, 2L));
    List<Long> reductions = list(c, "sr_ratios", count, List.of(8L, 4L, 2L, 1L));
    List<Long> widths = list(c, "hidden_sizes", count, List.of(32L, 64L, 160L, 256L));
    List<Long> patches = list(c, "patch_sizes", count, List.of(7L, 3L, 3L, 3L));
    List<Long> strides = list(c, "strides", count, List.of(4L, 2L, 2L, 2L));
    List<Long> heads = list(c, "num_attention_heads", count, List.of(1L, 2L, 5L, 8L));
    List<Double> ratios = c.reals("mlp_ratios", List.of(4.0, 4.0, 4.0, 4.0));
    c.require("mlp_ratios", ratios.size() == count, count + " numbers");
    c.require("reshape_last_stage", c.flag("reshape_last_stage", true), "true");
    List<Level> levels = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      levels.add(
          new Level(
              blocks.get(i),
              reductions.get(i),
              widths.get(i),
              patches.get(i),
              strides.get(i),
              heads.get(i),
              (long) (widths.get(i) * ratios.get(i))));
    }
    return new SegFormerEncoder(
        levels,
        ActivationNames.of(c, "hidden_act", "gelu"),
        c.real("hidden_dropout_prob", 0),
        c.real("attention_probs_dropout_prob", 0),
        c.real("drop_path_rate", 0.1));
  }

  private static List<Long> list(Config c, String name, int count, List<Long> usual) {
    List<Long> values = c.integers(name, usual);
    c.require(name, values.size() == count, count + " numbers, as num_encoder_blocks says");
    return values;
  }

  /** Each level's result [B, C, H, W]. */
  List<Flow> apply(Flow pixels) {
    long all = levels.stream().mapToLong(Level::blocks).sum();
    long done = 0;
    List<Flow> results = new ArrayList<>();
    Flow x = pixels;
    String base = "segformer.encoder.";
    for (int i = 0; i < levels.size(); i++) {
      Level level = levels.get(i);
      Flow picture =
          x.named(base + "patch_embeddings." + i + ".proj")
              .conv2d(
                  level.width(),
                  level.patch(),
                  l -> l.stride(level.stride()).pad(level.patch() / 2));
      Flow rows = Images.rows(picture);
      rows = Pieces.norm(rows, base + "patch_embeddings." + i + ".layer_norm", EPSILON);
      for (int j = 0; j < level.blocks(); j++) {
        // Later blocks are left out more often.
        double rate = all == 1 ? 0 : pathDropout * done++ / (all - 1);
        rows = rows.named(base + "block." + i + "." + j).then(y -> block(level, y, picture, rate));
      }
      rows = Pieces.norm(rows, base + "layer_norm." + i, EPSILON);
      x = Images.picture(rows, picture);
      results.add(x);
    }
    return results;
  }

  private Flow block(Level level, Flow x, Flow like, double rate) {
    Flow y = Pieces.norm(x, "layer_norm_1", EPSILON);
    y = y.named("attention").then(z -> attention(level, z, like));
    y = x.add(y.then(Layers.stochasticDepth(rate)));
    Flow z = Pieces.norm(y, "layer_norm_2", EPSILON);
    z = z.named("mlp").then(w -> inner(level, w, like));
    return y.add(z.then(Layers.stochasticDepth(rate)));
  }

  private Flow attention(Level level, Flow x, Flow like) {
    long width = level.width();
    Flow from = x;
    if (level.reduction() > 1) {
      long size = level.reduction();
      Flow smaller =
          Images.picture(x, like).named("self.sr").conv2d(width, size, l -> l.stride(size));
      from = Pieces.norm(Images.rows(smaller), "self.layer_norm", EPSILON);
    }
    Flow y =
        Attend.of(level.heads(), width, attentionDropout)
            .apply(
                Pieces.linear(x, "self.query", width),
                Pieces.linear(from, "self.key", width),
                Pieces.linear(from, "self.value", width),
                Optional.empty());
    return Pieces.linear(y, "output.dense", width).dropout(dropout);
  }

  private Flow inner(Level level, Flow x, Flow like) {
    Flow y = Pieces.linear(x, "dense1", level.inner());
    Flow mixed =
        Images.picture(y, like)
            .named("dwconv.dwconv")
            .conv2d(level.inner(), 3, l -> l.pad(1).groups(level.inner()));
    y = Images.rows(mixed).then(activation).dropout(dropout);
    return Pieces.linear(y, "dense2", level.width()).dropout(dropout);
  }
}
