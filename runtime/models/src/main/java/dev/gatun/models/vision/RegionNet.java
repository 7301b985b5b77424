package dev.gatun.models.vision;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.op.Pad;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.family.Architecture;
import dev.gatun.models.family.Config;
import dev.gatun.models.family.Given;
import dev.gatun.models.family.Keys;
import dev.gatun.models.part.FrozenNorm;
import dev.gatun.models.part.Images;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import dev.gatun.train.net.Layer;
import dev.gatun.vision.net.Anchors;
import dev.gatun.vision.net.Proposals;
import dev.gatun.vision.net.Pyramid;
import dev.gatun.vision.net.RegionHeads;
import dev.gatun.vision.net.RegionLosses;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Faster R-CNN (Ren and others 2015) and Mask R-CNN (He and others 2017) on a feature pyramid, with
 * torchvision's options by their names: finds things of pictures, or with the things given ("boxes"
 * [B, M, 4] in pixels, "labels" [B, M] from 1, -1 for rows that mean nothing, and "masks" [B, M, H,
 * W] where there are masks) computes the losses it is trained by.
 *
 * <p>Pictures of a batch have one size; it is filled up to a multiple of 32.
 *
 * @param backbone of the pyramid
 * @param masks whether it finds masks
 */
record RegionNet(ResidualNet backbone, boolean masks) {
  static final long USUAL_CLASSES = 91;
  private static final int STRIDE = 32;
  private static final Anchors ANCHORS =
      new Anchors(
          List.of(List.of(32), List.of(64), List.of(128), List.of(256), List.of(512)),
          List.of(0.5, 1.0, 2.0));

  Architecture architecture(Config c, long classes) {
    List<Architecture.Field> fields = new ArrayList<>();
    fields.add(Architecture.required(Images.input(3)));
    long any = Shape.UNKNOWN;
    fields.add(Architecture.optional(new Input("boxes", DType.F32, Shape.of(any, 4))));
    fields.add(Architecture.optional(new Input("labels", DType.I64, Shape.of(any))));
    if (masks) {
      fields.add(Architecture.optional(new Input("masks", DType.F32, Shape.of(any, any, any))));
    }
    Parts training = parts(c, classes, "train", 2000);
    Parts inference = parts(c, classes, "test", 1000);
    ResidualNet body = backbone.normedBy(norm(c));
    return Architecture.of(
            fields,
            in ->
                in.find("boxes").isPresent()
                    ? training.losses(body, in)
                    : inference.found(body, in),
            keys())
        .trainedBy(new RegionLosses());
  }

  /** Files of before 2022 have other names for parts that have an activation since then. */
  private static Keys keys() {
    return Keys.of("")
        .rename("^(backbone\\.fpn\\.(?:inner|layer)_blocks\\.\\d)\\.(weight|bias)$", "$1.0.$2")
        .rename("^rpn\\.head\\.conv\\.(weight|bias)$", "rpn.head.conv.0.0.$1")
        .rename("mask_head\\.mask_fcn1\\.", "mask_head.0.0.")
        .rename("mask_head\\.mask_fcn2\\.", "mask_head.1.0.")
        .rename("mask_head\\.mask_fcn3\\.", "mask_head.2.0.")
        .rename("mask_head\\.mask_fcn4\\.", "mask_head.3.0.");
  }

  /** Published weights were made with norms that never change, without an epsilon. */
  private static Layer norm(Config c) {
    String norm = c.text("norm", "frozen");
    c.require("norm", norm.equals("frozen") || norm.equals("batch"), "frozen, batch");
    return norm.equals("batch")
        ? ResidualNet.batchNorm()
        : new FrozenNorm(c.real("norm_epsilon", 0))::fresh;
  }

  private Parts parts(Config c, long classes, String when, long most) {
    Proposals proposals =
        new Proposals(
            "rpn",
            ANCHORS,
            c.integer("rpn_pre_nms_top_n_" + when, most),
            c.integer("rpn_post_nms_top_n_" + when, most),
            c.real("rpn_nms_thresh", 0.7),
            c.real("rpn_score_thresh", 0));
    RegionHeads heads =
        new RegionHeads(
            "roi_heads",
            classes,
            4,
            c.integer("representation_size", 1024),
            masks,
            c.real("box_score_thresh", 0.05),
            c.real("box_nms_thresh", 0.5),
            c.integer("box_detections_per_img", 100),
            c.integer("box_batch_size_per_image", 512));
    return new Parts(new Pyramid("backbone.fpn", c.integer("out_channels", 256)), proposals, heads);
  }

  /** What comes after the backbone. */
  private record Parts(Pyramid pyramid, Proposals proposals, RegionHeads heads) {
    /** Features of a picture. */
    private record Seen(List<Flow> levels, List<Proposals.Level> said) {
      /** The levels that regions are looked at in: the last one is for proposals only. */
      List<Flow> fine() {
        return levels.subList(0, levels.size() - 1);
      }
    }

    private Seen seen(ResidualNet backbone, Flow pixels) {
      Flow filled = filled(pixels);
      List<Flow> levels = pyramid.apply(backbone.stages(filled, "backbone.body."));
      return new Seen(levels, proposals.levels(levels, filled));
    }

    Map<String, Flow> found(ResidualNet backbone, Given in) {
      Flow pixels = in.get("pixel_values");
      Seen seen = seen(backbone, pixels);
      Flow height = side(pixels, 2);
      Flow width = side(pixels, 3);
      return heads.found(seen.fine(), proposals.best(seen.said(), height, width), height, width);
    }

    Map<String, Flow> losses(ResidualNet backbone, Given in) {
      Flow pixels = in.get("pixel_values");
      Flow boxes = in.get("boxes");
      Flow labels = in.get("labels");
      Seen seen = seen(backbone, pixels);
      Proposals.Found found = proposals.best(seen.said(), side(pixels, 2), side(pixels, 3));
      Optional<Flow> maps = heads.masks() ? Optional.of(in.get("masks")) : Optional.empty();
      Map<String, Flow> losses =
          new LinkedHashMap<>(
              heads.losses(
                  seen.fine(), found, boxes, labels, maps.map(List::of).orElse(List.of())));
      Flow there = labels.greaterEqual(0).cast(DType.F32);
      List<Flow> first = proposals.losses(seen.said(), boxes, there);
      losses.put("loss_objectness", first.get(0));
      losses.put("loss_rpn_box_reg", first.get(1));
      return losses;
    }
  }

  private static Flow side(Flow pixels, int axis) {
    return pixels.size(axis) >= 0
        ? pixels.number((double) pixels.size(axis))
        : pixels.sizes().slice(0, axis, axis + 1L).squeeze(0).cast(DType.F32);
  }

  /** Pictures with zeros below and to the right, so that every level has whole places. */
  private static Flow filled(Flow pixels) {
    Flow sizes =
        pixels.size(2) >= 0 && pixels.size(3) >= 0
            ? pixels.constant(Tensor.vector(pixels.size(2), pixels.size(3)))
            : pixels.sizes().slice(0, 2, 4);
    if (pixels.size(2) >= 0 && pixels.size(3) >= 0) {
      long down = Math.floorMod(-pixels.size(2), (long) STRIDE);
      long across = Math.floorMod(-pixels.size(3), (long) STRIDE);
      return down + across == 0
          ? pixels
          : pixels.op(
              Pad.OP, Attrs.NONE, pixels.constant(Tensor.vector(0, 0, 0, 0, 0, 0, down, across)));
    }
    Flow whole = sizes.add(STRIDE - 1.0).div((double) STRIDE).mul((double) STRIDE);
    Flow none = sizes.constant(Tensor.vector(0, 0, 0, 0, 0, 0));
    // What is not known until the graph runs hides the number of channels.
    return pixels
        .op(Pad.OP, Attrs.NONE, Flow.concat(0, none, whole.sub(sizes)))
        .reshape(0, pixels.size(1), 0, 0);
  }
}
