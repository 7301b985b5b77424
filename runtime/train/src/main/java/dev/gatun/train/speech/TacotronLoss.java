package dev.gatun.train.speech;

import dev.gatun.core.op.Softplus;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.loss.Objective;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The loss of {@link Tacotron#net}: mean squared errors of the frames that count before and after
 * the corrections, cross entropy of being done from the last frame on, and, to find the way sooner,
 * how far attention is from a straight line through the text (Tachibana and others 2017, section
 * 4.1).
 *
 * @param done how much being done counts
 * @param guide how much the line counts; 0 for not at all
 * @param breadth of the line, as a part of the text
 */
public record TacotronLoss(double done, double guide, double breadth) implements Objective {
  /** Checked. */
  public TacotronLoss {
    if (!(done >= 0 && guide >= 0 && breadth > 0)) {
      throw new GatunException(
          "tacotron: weights of losses cannot be negative, got %s and %s, breadth %s"
              .formatted(done, guide, breadth));
    }
  }

  /** All parts; the line a fifth of the text broad, as published. */
  public static TacotronLoss usual() {
    return new TacotronLoss(0.1, 1, 0.2);
  }

  @Override
  public List<Input> targets(List<Flow> outputs) {
    return List.of();
  }

  @Override
  public Flow value(List<Flow> outputs, List<Flow> targets, Optional<Flow> weights) {
    Flow before = outputs.get(0);
    Flow mel = outputs.get(4);
    Flow frames = outputs.get(6);
    int time = Math.toIntExact(before.size(1));
    Flow each =
        weights.map(w -> w.unsqueeze(1)).orElse(before.number(1)); // of samples, if they differ
    Flow counts = Tacotron.counts(frames, time).cast(DType.F32).mul(each);
    Flow squares = before.sub(mel).square().add(outputs.get(1).sub(mel).square()).mean(2);
    Flow loss = squares.mul(counts).sum().div(counts.sum());
    Flow going = Tacotron.counts(frames.sub(1), time).cast(DType.F32);
    Flow logits = outputs.get(2);
    // -log sigmoid(x) where done, -log sigmoid(-x) where not.
    Flow surprise = logits.op(Softplus.OP).sub(logits.mul(going.subFrom(1))).mul(each);
    loss = loss.add(surprise.mean().mul(done));
    if (guide > 0) {
      loss = loss.add(far(outputs.get(3), outputs.get(5), frames, time, each).mul(guide));
    }
    return loss;
  }

  /** Weights times how far they are from the line. */
  private Flow far(Flow weights, Flow letters, Flow frames, int time, Flow each) {
    int steps = Math.toIntExact(weights.size(1));
    int text = Math.toIntExact(weights.size(2));
    Flow at = part(weights, steps, frames, (double) time / steps).unsqueeze(2); // [N, steps, 1]
    Flow place = part(weights, text, letters, 1).unsqueeze(1); // [N, 1, text]
    Flow away = at.sub(place).square().mul(-1 / (2 * breadth * breadth)).exp().subFrom(1);
    Flow counts = at.less(1.0).cast(DType.F32).mul(each.rank() == 0 ? each : each.unsqueeze(2));
    return weights.mul(away).mul(counts).sum().div(counts.sum());
  }

  /** Positions 0, unit, 2 unit, ... as parts of how many there are, [N, size]. */
  private static Flow part(Flow like, int size, Flow count, double unit) {
    float[] places = new float[size];
    Arrays.fill(places, 0);
    for (int i = 0; i < size; i++) {
      places[i] = (float) (i * unit);
    }
    return like.constant(Tensor.of(places, 1, size)).div(count.cast(DType.F32).unsqueeze(1));
  }
}
