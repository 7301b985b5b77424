package dev.gatun.vision.net;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.op.GatherNd;
import dev.gatun.core.op.RoiAlign;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Initializers;
import dev.gatun.train.net.Layers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is in regions of a picture: a class and a better box (Ren and others 2015), and a mask (He
 * and others 2017). Class 0 means nothing.
 *
 * @param name of the parameters, as torchvision has them below it
 * @param finest pixels from one place of the first level to the next
 * @param width of the dense layers
 * @param masks whether there are masks
 * @param least score of what is found
 * @param overlap that two things of a class may have
 * @param most things of a picture
 * @param learnt regions of a picture that are learnt, a quarter of which show things
 */
public record RegionHeads(
    String name,
    long classes,
    int finest,
    long width,
    boolean masks,
    double least,
    double overlap,
    long most,
    long learnt) {
  private static final Regions BOX_REGIONS = new Regions(7, 2);
  private static final Regions MASK_REGIONS = new Regions(14, 2);
  private static final int MASK_SIDE = 28;
  private static final BoxCoding CODING = new BoxCoding(10, 5);
  private static final double SMALLEST = 1e-2;
  private static final double GOOD = 0.5;

  /** Scores [B, R, classes] and differences from the regions [B, R, classes, 4]. */
  private record Said(Flow logits, Flow differences) {}

  /** Regions that are learnt, those that show things first; their things, labels and boxes. */
  private record Lesson(
      BoxFlow boxes, Flow things, Flow labels, BoxFlow wanted, Flow good, Flow counts) {}

  /**
   * The things in pictures: boxes [B, K, 4], scores [B, K] (0 for rows that mean nothing), labels
   * [B, K] and maybe masks [B, K, 28, 28] of likelihoods within the boxes.
   *
   * @param levels of a pyramid
   * @param height of the picture, a number
   * @param high likewise, its width
   */
  public Map<String, Flow> found(
      List<Flow> levels, Proposals.Found proposals, Flow height, Flow high) {
    Said said = said(levels, proposals.boxes());
    BoxFlow from = proposals.boxes().unsqueeze(-1);
    BoxFlow all = CODING.box(said.differences(), from).within(height, high);
    BoxFlow boxes = byClass(all);
    Flow likely = said.logits().softmax(-1).slice(2, 1, Long.MAX_VALUE).transpose(0, 2, 1);
    Flow real = boxes.width().greaterEqual(SMALLEST).and(boxes.height().greaterEqual(SMALLEST));
    Flow there = proposals.there().greater(0).unsqueeze(1);
    Flow is = likely.greater(least).and(real).and(there);
    Flow scores = likely.where(is, likely.number(Picks.NOTHING)); // [B, classes - 1, R]
    BoxFlow rows =
        new BoxFlow(
            Dims.joined(boxes.left()),
            Dims.joined(boxes.top()),
            Dims.joined(boxes.right()),
            Dims.joined(boxes.bottom()));
    Flow kept = Picks.keep(rows, Dims.joined(scores), overlap, Picks.NOTHING / 2);
    Flow survives = Dims.rows(kept, scores).greater(0);
    Picks.Largest best =
        Picks.largest(scores.where(survives, scores.number(Picks.NOTHING)).reshape(0, -1), most);
    BoxFlow chosen = best.of(boxes.flattened());
    Flow is0 = best.values().greater(Picks.NOTHING / 2);
    Flow labels = best.places().div(Dims.of(scores, 2)).add(1);
    labels = labels.where(is0, labels.number(0));
    Map<String, Flow> results = new LinkedHashMap<>();
    results.put("boxes", chosen.corners());
    results.put("labels", labels);
    results.put("scores", best.values().max(0));
    if (masks) {
      Flow own = labels.reshape(-1, 1);
      Flow maps = maskLogits(levels, chosen).op(GatherNd.OP, Attrs.of("batchDims", 1), own);
      results.put("masks", Dims.rows(maps.sigmoid(), labels));
    }
    return results;
  }

  /** [B, R, classes] as [B, classes - 1, R]. */
  private static BoxFlow byClass(BoxFlow all) {
    return new BoxFlow(
        byClass(all.left()), byClass(all.top()), byClass(all.right()), byClass(all.bottom()));
  }

  private static Flow byClass(Flow x) {
    return x.slice(2, 1, Long.MAX_VALUE).transpose(0, 2, 1);
  }

  private Said said(List<Flow> levels, BoxFlow boxes) {
    Flow seen = BOX_REGIONS.of(levels, finest, boxes);
    Flow x = seen.reshape(-1, seen.size(1) * seen.size(2) * seen.size(3));
    x = dense(x, ".box_head.fc6", width).relu();
    x = dense(x, ".box_head.fc7", width).relu();
    Flow logits = dense(x, ".box_predictor.cls_score", classes);
    Flow differences = dense(x, ".box_predictor.bbox_pred", 4 * classes);
    return new Said(
        Dims.rows(logits, boxes.left()),
        Dims.rows(differences, boxes.left()).reshape(0, 0, classes, 4));
  }

  private Flow dense(Flow x, String part, long units) {
    return x.named(name + part)
        .then(Layers.dense(units).weights(Initializers.fanIn()).biases(Initializers.zeros()));
  }

  /** [B R, classes, 28, 28]. */
  private Flow maskLogits(List<Flow> levels, BoxFlow boxes) {
    Flow x = MASK_REGIONS.of(levels, finest, boxes);
    long channels = x.size(1);
    for (int i = 0; i < 4; i++) {
      x =
          x.named(name + ".mask_head." + i + ".0")
              .conv2d(
                  channels,
                  3,
                  o -> o.pad(1).weights(Initializers.heNormal()).biases(Initializers.zeros()))
              .relu();
    }
    x =
        x.named(name + ".mask_predictor.conv5_mask")
            .convTranspose2d(channels, 2, o -> o.stride(2).weights(Initializers.heNormal()))
            .relu();
    return x.named(name + ".mask_predictor.mask_fcn_logits")
        .conv2d(classes, 1, o -> o.weights(Initializers.heNormal()).biases(Initializers.zeros()));
  }

  /**
   * What training makes smaller: cross entropies of classes, differences of boxes, and with masks
   * cross entropies of their pixels.
   *
   * @param corners of the things [B, M, 4]
   * @param labels of the things, int64 [B, M], -1 for rows that mean nothing
   * @param maps 1 where a thing is, [B, M, H, W]; nothing without masks
   */
  public Map<String, Flow> losses(
      List<Flow> levels, Proposals.Found proposals, Flow corners, Flow labels, List<Flow> maps) {
    Flow there = labels.greaterEqual(0).cast(DType.F32);
    Lesson lesson = lesson(proposals, corners, labels, there);
    Said said = said(levels, lesson.boxes());
    Flow count = lesson.counts().sum().max(1);
    Flow kinds = oneHot(lesson.labels(), said.logits());
    Flow entropy = said.logits().logSoftmax(-1).mul(kinds).sum(-1).neg();
    Flow own = said.differences().mul(kinds.unsqueeze(-1)).sum(2);
    Flow wanted = CODING.differences(lesson.wanted(), lesson.boxes());
    Flow distance = RegionLosses.smooth(own.sub(wanted)).sum(-1);
    Map<String, Flow> losses = new LinkedHashMap<>();
    losses.put("loss_classifier", entropy.mul(lesson.counts()).sum().div(count));
    losses.put("loss_box_reg", distance.mul(lesson.good()).sum().div(count));
    if (masks) {
      losses.put("loss_mask", maskLoss(levels, lesson, maps.get(0)));
    }
    return losses;
  }

  private static Flow oneHot(Flow labels, Flow like) {
    long[] numbers = new long[Math.toIntExact(like.size(2))];
    java.util.Arrays.setAll(numbers, i -> i);
    Flow all = labels.constant(dev.gatun.core.tensor.Tensor.vector(numbers));
    return labels.unsqueeze(-1).equal(all).cast(DType.F32);
  }

  /** Regions to learn, some of the proposals and of the things' own boxes. */
  private Lesson lesson(Proposals.Found proposals, Flow corners, Flow labels, Flow there) {
    BoxFlow things = BoxFlow.of(corners);
    BoxFlow boxes = BoxFlow.concat(1, List.of(proposals.boxes(), things));
    Flow real = Flow.concat(1, proposals.there(), there);
    Matching matching = Matching.of(boxes, corners, there, GOOD, GOOD, false);
    Flow chance = real.random("uniform");
    Flow good = Picks.some(matching.good().mul(real), chance, learnt / 4);
    Flow rest = good.sumKept(1).subFrom((double) learnt);
    Flow bad = Picks.some(matching.bad().mul(real), chance, learnt, rest);
    Picks.Largest chosen = Picks.largest(good.mul(2).add(bad), learnt);
    Flow isGood = chosen.values().greater(1.5).cast(DType.F32);
    BoxFlow region = chosen.of(boxes);
    // Rows that mean nothing have no size.
    Flow sized = chosen.values().greater(0);
    region =
        new BoxFlow(
            region.left().where(sized, region.left().number(0)),
            region.top().where(sized, region.top().number(0)),
            region.right().where(sized, region.right().number(1)),
            region.bottom().where(sized, region.bottom().number(1)));
    Flow thing = chosen.of(matching.things());
    Matching own = new Matching(thing, isGood, isGood);
    return new Lesson(
        region,
        thing,
        Picks.at(labels, thing).mul(isGood.cast(DType.I64)),
        own.boxes(corners, region),
        isGood,
        chosen.values().min(1));
  }

  private Flow maskLoss(List<Flow> levels, Lesson lesson, Flow maps) {
    long rows = Math.max(learnt / 4, 1);
    // Those that show things come first.
    BoxFlow boxes = lesson.boxes().first(rows);
    Flow good = lesson.good().slice(1, 0, rows);
    Flow label = lesson.labels().slice(1, 0, rows).reshape(-1, 1);
    Flow logits = maskLogits(levels, boxes).op(GatherNd.OP, Attrs.of("batchDims", 1), label);
    // The thing's own map in the region.
    Flow number =
        Regions.pictures(boxes.left())
            .mul(Dims.of(maps, 1))
            .add(lesson.things().slice(1, 0, rows).reshape(-1));
    Attrs attrs = Attrs.of("outputHeight", MASK_SIDE, "outputWidth", MASK_SIDE, "halfPixel", false);
    Flow wanted =
        planes(maps)
            .op(RoiAlign.OP, attrs, boxes.corners().stop().reshape(-1, 4), number)
            .stop()
            .select(1, 0);
    Flow entropy = logits.softplus().sub(logits.mul(wanted)).mean(1, 2);
    return entropy.mul(good.reshape(-1)).sum().div(good.sum().max(1));
  }

  /** [B, M, H, W] as [B M, 1, H, W]. */
  private static Flow planes(Flow maps) {
    Flow x = maps.cast(DType.F32);
    if (maps.shape().isFixed()) {
      Shape s = maps.shape();
      return x.reshape(s.size(0) * s.size(1), 1, s.size(2), s.size(3));
    }
    Flow sizes =
        Flow.concat(
            0,
            x.constant(dev.gatun.core.tensor.Tensor.vector(-1, 1)),
            Dims.of(maps, 2),
            Dims.of(maps, 3));
    return x.op(dev.gatun.core.op.Reshape.OP, Attrs.NONE, sizes);
  }
}
