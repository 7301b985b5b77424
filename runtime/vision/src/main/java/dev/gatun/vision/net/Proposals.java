package dev.gatun.vision.net;

import dev.gatun.core.tensor.DType;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Initializers;
import dev.gatun.train.net.Layer;
import dev.gatun.train.net.Layers;
import java.util.ArrayList;
import java.util.List;

/**
 * Where something might be (Ren and others 2015): for each anchor how likely it shows a thing, and
 * which box the thing has.
 *
 * @param name of its parameters, as torchvision has them below it
 * @param levelMost anchors of a level that are looked at
 * @param most proposals of a picture
 * @param overlap that two of a level may have
 * @param least likelihood
 */
public record Proposals(
    String name, Anchors anchors, long levelMost, long most, double overlap, double least) {
  private static final BoxCoding CODING = new BoxCoding(1, 1);
  private static final double SMALLEST = 1e-3;
  private static final long LEARNT = 256;
  private static final double GOOD = 0.7;
  private static final double BAD = 0.3;

  /**
   * What the head says of a level.
   *
   * @param logits [B, N]
   * @param differences from the anchors [B, N, 4]
   * @param boxes the anchors [N]
   */
  public record Level(Flow logits, Flow differences, BoxFlow boxes) {}

  /**
   * Boxes that might show something, likeliest first.
   *
   * @param boxes [B, P] within the picture
   * @param there 1, or 0 for rows that mean nothing, [B, P]
   */
  public record Found(BoxFlow boxes, Flow there) {}

  /** What is said of each level's anchors. */
  public List<Level> levels(List<Flow> features, Flow picture) {
    // The same weights for all levels.
    Layer look = conv(features.get(0).size(1), 3);
    Layer likely = conv(anchors.count(), 1);
    Layer where = conv(4L * anchors.count(), 1);
    List<Level> levels = new ArrayList<>();
    for (int i = 0; i < features.size(); i++) {
      Flow seen = features.get(i).named(name + ".head.conv.0.0").then(look).relu();
      Flow logits = seen.named(name + ".head.cls_logits").then(likely);
      Flow differences = seen.named(name + ".head.bbox_pred").then(where);
      levels.add(
          new Level(
              logits.transpose(0, 2, 3, 1).reshape(0, -1),
              differences.transpose(0, 2, 3, 1).reshape(0, -1, 4),
              anchors.of(features.get(i), picture, i)));
    }
    return levels;
  }

  private static Layer conv(long channels, long kernel) {
    return Layers.conv2d(channels, kernel)
        .pad(kernel / 2)
        .weights(Initializers.normal(0, 0.01))
        .biases(Initializers.zeros());
  }

  /**
   * The best of all levels.
   *
   * @param height of the picture, a number
   * @param width of the picture, a number
   */
  public Found best(List<Level> levels, Flow height, Flow width) {
    List<BoxFlow> boxes = new ArrayList<>();
    List<Flow> scores = new ArrayList<>();
    for (Level level : levels) {
      Picks.Largest best = Picks.largest(level.logits().stop(), levelMost);
      BoxFlow differences = best.of(BoxFlow.of(level.differences().stop()));
      BoxFlow box =
          CODING
              .box(differences.corners(), level.boxes().gather(best.places()))
              .within(height, width);
      Flow score = best.values().sigmoid();
      Flow fits = box.width().greaterEqual(SMALLEST).and(box.height().greaterEqual(SMALLEST));
      score = score.where(fits.and(score.greaterEqual(least)), score.number(Picks.NOTHING));
      Flow kept = Picks.keep(box, score, overlap, Picks.NOTHING / 2);
      boxes.add(box);
      scores.add(score.where(kept.greater(0), score.number(Picks.NOTHING)));
    }
    Picks.Largest best = Picks.largest(Flow.concat(1, scores), most);
    return new Found(
        best.of(BoxFlow.concat(1, boxes)),
        best.values().greater(Picks.NOTHING / 2).cast(DType.F32));
  }

  /**
   * What training makes smaller: the cross entropy of what is likely, and the differences of boxes.
   *
   * @param corners of the things [B, M, 4]
   * @param there 1 for things that are there, [B, M]
   */
  public List<Flow> losses(List<Level> levels, Flow corners, Flow there) {
    Flow logits = Flow.concat(1, levels.stream().map(Level::logits).toList());
    Flow differences = Flow.concat(1, levels.stream().map(Level::differences).toList());
    BoxFlow boxes = BoxFlow.concat(0, levels.stream().map(Level::boxes).toList());
    Matching matching = Matching.of(boxes, corners, there, BAD, GOOD, true);
    Flow chance = logits.stop().random("uniform");
    Flow good = Picks.some(matching.good(), chance, LEARNT / 2);
    Flow rest = good.sumKept(1).subFrom((double) LEARNT);
    Flow all = good.add(Picks.some(matching.bad(), chance, LEARNT, rest));
    Flow count = all.sum().max(1);
    Flow entropy = logits.softplus().sub(logits.mul(good));
    Flow wanted = CODING.differences(matching.boxes(corners, boxes), boxes);
    Flow distance = RegionLosses.smooth(differences.sub(wanted)).sum(-1);
    return List.of(entropy.mul(all).sum().div(count), distance.mul(good).sum().div(count));
  }
}
