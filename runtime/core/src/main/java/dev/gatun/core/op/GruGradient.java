package dev.gatun.core.op;

import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.UnrolledGradient.Places;
import dev.gatun.core.op.UnrolledGradient.Step;
import java.util.List;

/**
 * gruGradient(r, saved [D, T, B, 4 H], y [T, D, B, H], lengths?, h0?, dy?, dyh?) = (dz [D, T, B, 3
 * H], du [D, T, B, 3 H], dh0): {@link Gru} back through time, from the gates that it saved (z, r, n
 * and, with linearBeforeReset, q = Rh h + rbh, else q = r * h); {@link UnrolledGradient} has the
 * shapes. dz is the gradient of the sums of the input's products, du of those of the state's.
 *
 * <pre>
 * dzz = dh (h - n) f'(z)    dzn = dh (1 - z) g'(n)
 * with linearBeforeReset:   dzr = dzn q f'(r)    du = (dzz, dzr, dzn r)
 * otherwise:                dq = Rh^T dzn        dzr = dq h f'(r)    du = dz
 * dh = dh z + R^T du, of which Rh^T du is multiplied by r in the second case
 * </pre>
 */
public final class GruGradient {
  public static final OpDef OP =
      UnrolledGradient.named("gruGradient")
          .inputs(3, 7)
          .attr("linearBeforeReset", false)
          .types(in -> UnrolledGradient.types(in, 2, 1, in.shape(1)))
          .decompose(GruGradient::build)
          .define();

  private static List<Value> build(GraphBuilder b, Operands in) {
    UnrolledGradient u = new UnrolledGradient(b, in, new Places(3, 5, 6, -1), 3, in.shape(1));
    Formula f = u.f();
    List<Activation> act = u.activations("sigmoid", "tanh");
    boolean linear = in.attrs().flag("linearBeforeReset");
    return u.run(
        2,
        1,
        (d, t, dh, none) -> {
          Activation sigma = act.get(2 * d);
          Value saved = u.at(1, d, t);
          Value update = u.part(saved, 0);
          Value reset = u.part(saved, 1);
          Value candidate = u.part(saved, 2);
          Value old = u.before(2, true, 4, d, t);
          Value dzz = f.mul(f.mul(dh, f.sub(old, candidate)), u.slope(sigma, update));
          Value dzn = f.mul(f.mul(dh, f.sub(1, update)), u.slope(act.get(2 * d + 1), candidate));
          Value through = f.mul(dh, update);
          Value slope = u.slope(sigma, reset);
          if (linear) {
            Value dzr = f.mul(f.mul(dzn, u.part(saved, 3)), slope);
            Value du = f.concat(1, dzz, dzr, f.mul(dzn, reset));
            Value before = f.add(through, u.back(d, du, 0, 3));
            return new Step(List.of(f.concat(1, dzz, dzr, dzn), du), before, none);
          }
          Value dq = u.back(d, dzn, 2, 1);
          Value dzr = f.mul(f.mul(dq, old), slope);
          Value gates = u.back(d, f.concat(1, dzz, dzr), 0, 2);
          Value before = f.add(f.add(through, gates), f.mul(dq, reset));
          Value dz = f.concat(1, dzz, dzr, dzn);
          return new Step(List.of(dz, dz), before, none);
        });
  }

  private GruGradient() {}
}
