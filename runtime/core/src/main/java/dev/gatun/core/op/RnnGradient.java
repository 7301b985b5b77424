package dev.gatun.core.op;

import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.UnrolledGradient.Places;
import dev.gatun.core.op.UnrolledGradient.Step;
import dev.gatun.core.tensor.Shape;
import java.util.List;

/**
 * rnnGradient(r, y [T, D, B, H], lengths?, dy?, dyh?) = (dz [D, T, B, H], dh0): {@link Rnn} back
 * through time, dz = dh f'(y) and dh = R^T dz; {@link UnrolledGradient} has the shapes.
 */
public final class RnnGradient {
  public static final OpDef OP =
      UnrolledGradient.named("rnnGradient")
          .inputs(2, 5)
          .types(in -> UnrolledGradient.types(in, 1, 1, turned(in)))
          .decompose(RnnGradient::build)
          .define();

  /** y's shape as [D, T, B, H]. */
  private static Shape turned(Operands in) {
    Shape y = in.shape(1);
    if (!y.isRanked()) {
      return y;
    }
    in.require(y.rank() == 4, "y must be [time, directions, batch, units], got %s", y);
    return Shape.of(y.size(1), y.size(0), y.size(2), y.size(3));
  }

  private static List<Value> build(GraphBuilder b, Operands in) {
    UnrolledGradient u = new UnrolledGradient(b, in, new Places(2, 3, 4, -1), 1, turned(in));
    List<Activation> act = u.activations("tanh");
    return u.run(
        1,
        1,
        (d, t, dh, none) -> {
          Value dz = u.f().mul(dh, u.slope(act.get(d), u.timeFirst(1, d, t)));
          return new Step(List.of(dz), u.back(d, dz, 0, 1), none);
        });
  }

  private RnnGradient() {}
}
