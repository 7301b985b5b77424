package dev.gatun.vision.net;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.TopK;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.loss.Objective;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import java.util.List;
import java.util.Optional;

/**
 * The loss of a {@link Yolo}: each thing is learnt by the ten places within it that do best, by
 * score and overlap together (Feng and others 2021); scores by cross entropy with how well they do,
 * boxes by CIoU, distances by the distribution over the two bins around the true one.
 *
 * <p>Targets are {@code boxes}, float32 [M, 4] in pixels, and {@code labels}, int64 [M], -1 for
 * rows that mean nothing; M may differ from batch to batch.
 */
public record YoloLoss(Yolo detector) implements Objective {
  private static final int PLACES = 10;
  private static final double OF_BOXES = 7.5;
  private static final double OF_SCORES = 0.5;
  private static final double OF_DISTANCES = 1.5;

  /**
   * Which places learn which things.
   *
   * @param which [B, M, A], 1 where a place learns a thing
   * @param scores [B, A, classes], what their scores should be
   */
  private record Assignment(Flow which, Flow scores) {}

  @Override
  public List<Input> targets(List<Flow> outputs) {
    return List.of(
        new Input("boxes", DType.F32, Shape.of(Shape.UNKNOWN, 4)),
        new Input("labels", DType.I64, Shape.of(Shape.UNKNOWN)));
  }

  @Override
  public Flow value(List<Flow> outputs, List<Flow> targets, Optional<Flow> weights) {
    Flow logits = outputs.get(0);
    Flow distribution = detector.logDistribution(outputs.get(1));
    BoxFlow boxes = detector.boxes(distribution);
    Flow corners = targets.get(0);
    Flow labels = targets.get(1).unsqueeze(-1);
    // Outside of a sample that only fills up the batch there is nothing.
    Flow there = labels.greaterEqual(0).cast(DType.F32);
    if (weights.isPresent()) {
      there = there.mul(weights.get().unsqueeze(1, 2).greater(0).cast(DType.F32));
    }
    Assignment a = assign(logits.stop(), boxes, corners, labels, there);
    Flow amount = a.scores.sum(-1); // [B, A]
    Flow all = amount.sum().max(1);
    Flow score = Losses.sigmoidCrossEntropy().terms(logits, a.scores).losses().sum().div(all);
    BoxFlow wanted = BoxFlow.of(a.which.transpose(0, 2, 1).matmul(corners));
    Flow box = wanted.ciou(boxes).subFrom(1).mul(amount).sum().div(all);
    Flow distance = distance(distribution, wanted).mul(amount).sum().div(all);
    return box.mul(OF_BOXES).add(score.mul(OF_SCORES)).add(distance.mul(OF_DISTANCES));
  }

  private Assignment assign(Flow logits, BoxFlow boxes, Flow corners, Flow labels, Flow there) {
    BoxFlow things = BoxFlow.of(corners).unsqueeze(-1); // [B, M, 1]
    BoxFlow found =
        new BoxFlow(
                boxes.left().stop(),
                boxes.top().stop(),
                boxes.right().stop(),
                boxes.bottom().stop())
            .unsqueeze(1); // [B, 1, A]
    Flow places = logits.constant(detector.places());
    Flow x = places.select(1, 0);
    Flow y = places.select(1, 1);
    Flow inside =
        x.sub(things.left())
            .min(y.sub(things.top()))
            .min(things.right().sub(x))
            .min(things.bottom().sub(y))
            .greater(1e-9)
            .cast(DType.F32)
            .mul(there); // [B, M, A]
    long[] numbers = new long[detector.classes()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = i;
    }
    Flow kinds =
        labels.equal(labels.constant(Tensor.vector(numbers))).cast(DType.F32); // [B, M, classes]
    Flow score = kinds.matmul(logits.sigmoid().transpose(0, 2, 1)); // [B, M, A]
    Flow overlap = things.ciou(found).max(0).mul(inside);
    // A little more than nothing, so that a thing is learnt even where nothing overlaps yet.
    Flow fit = score.sqrt().mul(overlap.pow(6)).add(1e-9).mul(inside);
    Flow which = leastOfBest(fit).lessEqual(fit).cast(DType.F32).mul(inside);
    // A place that fits several things learns the one it overlaps most.
    Flow rank = overlap.add(1e-9).mul(which);
    Flow most = rank.largest(1).unsqueeze(1);
    which = rank.equal(most).cast(DType.F32).mul(which);
    Flow shared = which.sumKept(1).max(1);
    which = which.div(shared);
    Flow learnt = fit.mul(which);
    Flow bestFit = largestKept(learnt).add(1e-9);
    Flow bestOverlap = largestKept(overlap.mul(which));
    Flow quality = learnt.div(bestFit).mul(bestOverlap);
    return new Assignment(which, quality.transpose(0, 2, 1).matmul(kinds));
  }

  private static Flow largestKept(Flow x) {
    return x.largest(-1).unsqueeze(-1);
  }

  /** The smallest of the ten best fits of each thing, [B, M, 1]. */
  private static Flow leastOfBest(Flow fit) {
    long count = Math.min(PLACES, fit.size(-1));
    List<Value> args = List.of(fit.value(), fit.constant(Tensor.vector(count)).value());
    Flow best = fit.with(fit.graph().add(TopK.OP, Attrs.NONE, args, 2, "").get(0));
    return best.slice(2, count - 1, count);
  }

  /** Cross entropies of the distances to the sides, [B, A]. */
  private Flow distance(Flow distribution, BoxFlow wanted) {
    Flow places = distribution.constant(detector.places());
    Flow steps = distribution.constant(detector.stepOfPlace());
    Flow x = places.select(1, 0);
    Flow y = places.select(1, 1);
    BoxFlow sides =
        new BoxFlow(
            x.sub(wanted.left()).div(steps),
            y.sub(wanted.top()).div(steps),
            wanted.right().sub(x).div(steps),
            wanted.bottom().sub(y).div(steps));
    Flow exact = sides.corners().clip(0, detector.bins() - 1.01).unsqueeze(-1);
    float[] numbers = new float[detector.bins()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = i;
    }
    Flow bins = exact.constant(Tensor.of(numbers, numbers.length));
    // The two bins around the distance share it by nearness.
    Flow target = exact.sub(bins).abs().subFrom(1).max(0).stop();
    return target.mul(distribution).sum(-1).neg().mean(-1);
  }
}
