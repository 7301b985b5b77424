package dev.gatun.models.detr;

import dev.gatun.core.op.Assignment;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.family.Config;
import dev.gatun.train.loss.Objective;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import dev.gatun.vision.net.BoxFlow;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The loss of a set of boxes (Carion and others 2020, section 3.1): each thing is learnt by one box
 * of its own, chosen so that all together cost least; the other boxes learn that nothing is there.
 *
 * <p>Targets are {@code class_labels}, int64 [M], -1 for rows that mean nothing, and {@code boxes},
 * float32 [M, 4]: middles, widths and heights in parts of the picture. M may differ from batch to
 * batch.
 *
 * @param classCost how much the class counts in the choice
 * @param boxCost likewise the differences of numbers
 * @param overlapCost likewise the generalized overlap
 * @param boxWeight how much the differences count in the loss, where classes count 1
 * @param overlapWeight likewise the generalized overlap
 * @param nothingWeight of the class that means nothing
 */
record SetLoss(
    double classCost,
    double boxCost,
    double overlapCost,
    double boxWeight,
    double overlapWeight,
    double nothingWeight)
    implements Objective {
  static SetLoss of(Config c) {
    return new SetLoss(
        c.real("class_cost", 1),
        c.real("bbox_cost", 5),
        c.real("giou_cost", 2),
        c.real("bbox_loss_coefficient", 5),
        c.real("giou_loss_coefficient", 2),
        c.real("eos_coefficient", 0.1));
  }

  @Override
  public List<Input> targets(List<Flow> outputs) {
    return List.of(
        new Input("class_labels", DType.I64, Shape.of(Shape.UNKNOWN)),
        new Input("boxes", DType.F32, Shape.of(Shape.UNKNOWN, 4)));
  }

  @Override
  public Flow value(List<Flow> outputs, List<Flow> targets, Optional<Flow> weights) {
    Flow logits = outputs.get(0);
    Flow boxes = outputs.get(1);
    Flow labels = targets.get(0);
    Flow wanted = targets.get(1);
    Flow there = labels.greaterEqual(0).cast(DType.F32);
    if (weights.isPresent()) {
      there = there.mul(weights.get().unsqueeze(1).greater(0).cast(DType.F32));
    }
    Flow kinds = oneHot(labels, logits.size(2)); // [B, M, classes + 1]
    Flow mine = match(logits, boxes, kinds, wanted, there); // [B, M, Q]
    Flow count = there.sum().max(1);
    // Number by number: how many things there are may not be known when gradients are written.
    List<Flow> found = new ArrayList<>();
    Flow distance = null;
    for (int i = 0; i < 4; i++) {
      Flow part = mine.matmul(boxes.slice(2, i, i + 1L)).squeeze(2);
      Flow apart = part.sub(wanted.select(2, i)).abs();
      found.add(part);
      distance = distance == null ? apart : distance.add(apart);
    }
    Flow far = Objects.requireNonNull(distance).mul(there).sum().div(count);
    BoxFlow box = BoxFlow.around(found.get(0), found.get(1), found.get(2), found.get(3));
    Flow apart = box.giou(BoxFlow.around(wanted)).subFrom(1).mul(there).sum().div(count);
    return classes(logits, kinds, mine, weights)
        .add(far.mul(boxWeight))
        .add(apart.mul(overlapWeight));
  }

  /** 1 where a box learns a thing, [B, M, Q]. */
  private Flow match(Flow logits, Flow boxes, Flow kinds, Flow wanted, Flow there) {
    Flow likely = logits.softmax(-1).matmul(kinds.transpose(0, 2, 1)); // [B, Q, M]
    Flow distance = boxes.unsqueeze(2).sub(wanted.unsqueeze(1)).abs().sum(-1);
    BoxFlow all = BoxFlow.around(boxes).unsqueeze(-1);
    Flow overlap = all.giou(BoxFlow.around(wanted).unsqueeze(1));
    Flow cost =
        distance.mul(boxCost).sub(likely.mul(classCost)).sub(overlap.mul(overlapCost)).stop();
    // Rows that mean nothing take what is left: they cost the same everywhere.
    Flow real = there.unsqueeze(1).greater(0);
    Flow chosen = cost.where(real, cost.number(0)).op(Assignment.OP);
    return oneHot(chosen, boxes.size(1)).mul(there.unsqueeze(-1)).stop();
  }

  /** The mean of cross entropies, in which boxes that show nothing count less. */
  private Flow classes(Flow logits, Flow kinds, Flow mine, Optional<Flow> weights) {
    Flow back = mine.transpose(0, 2, 1);
    Flow taken = back.sum(-1); // [B, Q]
    Flow nothing =
        oneHot(logits.constant(Tensor.vector(logits.size(2) - 1)), logits.size(2)).squeeze(0);
    Flow target = back.matmul(kinds).add(taken.subFrom(1).unsqueeze(-1).mul(nothing));
    Flow entropy = logits.logSoftmax(-1).mul(target).sum(-1).neg();
    Flow weight = taken.mul(1 - nothingWeight).add(nothingWeight);
    if (weights.isPresent()) {
      weight = weight.mul(weights.get().unsqueeze(1));
    }
    return entropy.mul(weight).sum().div(weight.sum());
  }

  /** Numbers as rows with a 1; negative ones have none. */
  private static Flow oneHot(Flow numbers, long count) {
    long[] all = new long[Math.toIntExact(count)];
    java.util.Arrays.setAll(all, i -> i);
    return numbers.unsqueeze(-1).equal(numbers.constant(Tensor.vector(all))).cast(DType.F32);
  }
}
