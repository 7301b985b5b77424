package dev.gatun.core.compose;

import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Clip;
import dev.gatun.core.op.HardSigmoid;
import dev.gatun.core.op.HardSwish;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** x clip(x + 3, 0, 6) / 6, x clip(x / 6 + 0.5, 0, 1), and x hardSigmoid(x) with slope 1/6. */
final class HardSwishCluster implements Composite {
  @Override
  public String name() {
    return "recognizeHardSwish";
  }

  @Override
  public Optional<Match> match(Node root) {
    if (!Expressions.isArithmetic(root)) {
      return Optional.empty();
    }
    for (Node clip : Expressions.below(root.output(), Clip.OP, 3)) {
      double high = clip.attrs().real("max");
      if (clip.attrs().real("min") == 0 && high > 0) {
        for (Value x : Expressions.candidates(clip.input(0), 3)) {
          // clip(h (x / 6 + 1 / 2), 0, h) / h for any h.
          Polynomial inner = Polynomial.atom(x).times(high / 6).plus(Polynomial.number(high / 2));
          if (Polynomial.of(clip.input(0), Set.of(x)).filter(p -> p.isClose(inner)).isPresent()
              && isProduct(root, x, clip, 1 / high)) {
            return Optional.of(hardSwish(x));
          }
        }
      }
    }
    for (Node gate : Expressions.below(root.output(), HardSigmoid.OP, 1)) {
      Value x = gate.input(0);
      if (Math.abs(gate.attrs().real("alpha") - 1 / 6.0) < 1e-7
          && gate.attrs().real("beta") == 0.5
          && isProduct(root, x, gate, 1)) {
        return Optional.of(hardSwish(x));
      }
    }
    return Optional.empty();
  }

  private static boolean isProduct(Node root, Value x, Node gate, double factor) {
    Polynomial outer = Polynomial.atom(x).times(Polynomial.atom(gate.output())).times(factor);
    return Polynomial.of(root.output(), Set.of(x, gate.output()))
        .filter(p -> p.isClose(outer))
        .isPresent();
  }

  private static Match hardSwish(Value x) {
    return new Match(List.of(x), (b, in) -> b.add(HardSwish.OP, in.get(0)));
  }
}
