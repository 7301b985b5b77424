package dev.gatun.vision.net;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.loss.Objective;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import java.util.List;
import java.util.Optional;

/**
 * The loss of {@link Embedder#angles}: a softmax over cosines in which the right class must win by
 * a margin, of the angle (ArcFace, Deng and others 2019) or of the cosine (CosFace, Wang and others
 * 2018). The target is "y", the number of the class.
 *
 * @param scale of cosines
 * @param angle that is added to the angle, below half a turn
 * @param cosine that is taken from the cosine
 */
public record AngularMargin(double scale, double angle, double cosine) implements Objective {
  /** Checked. */
  public AngularMargin {
    if (!(scale > 0) || !(angle >= 0 && angle < Math.PI) || !(cosine >= 0)) {
      throw new GatunException(
          "a margin has a positive scale and is not negative, got %s, %s, %s"
              .formatted(scale, angle, cosine));
    }
  }

  /** A margin of the angle. */
  public static AngularMargin arc(double scale, double angle) {
    return new AngularMargin(scale, angle, 0);
  }

  /** A margin of the cosine. */
  public static AngularMargin cosine(double scale, double cosine) {
    return new AngularMargin(scale, 0, cosine);
  }

  @Override
  public List<Input> targets(List<Flow> outputs) {
    return List.of(new Input("y", DType.I64, Shape.SCALAR));
  }

  @Override
  public Flow value(List<Flow> outputs, List<Flow> targets, Optional<Flow> weights) {
    Flow cosines = outputs.get(1);
    long[] all = new long[Math.toIntExact(cosines.size(1))];
    java.util.Arrays.setAll(all, i -> i);
    Flow which = targets.get(0).unsqueeze(-1).equal(cosines.constant(Tensor.vector(all)));
    Flow right = which.cast(DType.F32);
    // Roots have no gradient at 0.
    Flow sines = cosines.square().subFrom(1).max(1e-7).sqrt();
    Flow turned = cosines.mul(Math.cos(angle)).sub(sines.mul(Math.sin(angle)));
    // Beyond half a turn the cosine would rise again: straight on from there.
    Flow straight = cosines.sub(angle * Math.sin(angle));
    Flow harder = turned.where(cosines.greater(-Math.cos(angle)), straight).sub(cosine);
    Flow logits = harder.where(which, cosines).mul(scale);
    return Embedder.mean(logits.logSoftmax(-1).mul(right).sum(-1).neg(), weights);
  }
}
