package dev.gatun.core.op;

import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.UnrolledGradient.Places;
import dev.gatun.core.op.UnrolledGradient.Step;
import java.util.List;

/**
 * lstmGradient(r, gates [D, T, B, 4 H], cells [D, T, B, H], lengths?, c0?, peepholes?, dy?, dyh?,
 * dyc?) = (dz [D, T, B, 4 H], dh0, dc0): {@link Lstm} back through time, from the gates and cells
 * that it saved; {@link UnrolledGradient} has the shapes. With a = h(c') a step is
 *
 * <pre>
 * dzo = dh a f'(o)          dc' += dh o h'(a) + Po dzo
 * dzi = dc' g f'(i)         dzf = dc' c f'(f)        dzc = dc' i g'(g)
 * dc = dc' f + Pi dzi + Pf dzf                       dh = R^T dz
 * </pre>
 *
 * with inputForget dzi = dc' (g - c) f'(i) and dzf = 0.
 */
public final class LstmGradient {
  public static final OpDef OP =
      UnrolledGradient.named("lstmGradient")
          .inputs(3, 9)
          .attr("inputForget", false)
          .types(in -> UnrolledGradient.types(in, 1, 2, in.shape(1)))
          .decompose(LstmGradient::build)
          .define();

  private static List<Value> build(GraphBuilder b, Operands in) {
    UnrolledGradient u = new UnrolledGradient(b, in, new Places(3, 6, 7, 8), 4, in.shape(1));
    Formula f = u.f();
    List<Activation> act = u.activations("sigmoid", "tanh", "tanh");
    boolean coupled = in.attrs().flag("inputForget");
    boolean peepholes = in.has(5);
    return u.run(
        1,
        2,
        (d, t, dh, after) -> {
          Activation sigma = act.get(3 * d);
          Value gates = u.at(1, d, t);
          Value input = u.part(gates, 0);
          Value output = u.part(gates, 1);
          Value forget = u.part(gates, 2);
          Value candidate = u.part(gates, 3);
          Value old = u.before(2, false, 4, d, t);
          Activation last = act.get(3 * d + 2);
          Value a = last.of(f, u.at(2, d, t));
          Value dzo = f.mul(f.mul(dh, a), u.slope(sigma, output));
          Value dc = f.add(after, f.mul(f.mul(dh, output), u.slope(last, a)));
          if (peepholes) {
            dc = f.add(dc, f.mul(dzo, u.vector(5, d, 1)));
          }
          Value factor = coupled ? f.sub(candidate, old) : candidate;
          Value dzi = f.mul(f.mul(dc, factor), u.slope(sigma, input));
          Value dzf = coupled ? f.mul(dzi, 0) : f.mul(f.mul(dc, old), u.slope(sigma, forget));
          Value dzc = f.mul(f.mul(dc, input), u.slope(act.get(3 * d + 1), candidate));
          Value dz = f.concat(1, dzi, dzo, dzf, dzc);
          Value before = f.mul(dc, forget);
          if (peepholes) {
            before = f.add(before, f.mul(dzi, u.vector(5, d, 0)));
            before = f.add(before, f.mul(dzf, u.vector(5, d, 2)));
          }
          return new Step(List.of(dz), u.back(d, dz, 0, 4), before);
        });
  }

  private LstmGradient() {}
}
