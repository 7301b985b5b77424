package dev.gatun.core.autodiff;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Backward;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.If;
import java.util.ArrayList;
import java.util.List;

/**
 * The gradient of {@link If}: another one on the same condition, whose branches are the gradients
 * of the branches.
 */
final class BranchGradient {
  static List<Value> of(Backward g) {
    List<Integer> wanted = new ArrayList<>();
    for (int i = 1; i < g.count(); i++) {
      if (g.wants(i)) {
        wanted.add(i);
      }
    }
    List<Value> args = new ArrayList<>(g.node().inputs());
    for (int i = 0; i < g.node().outputs().size(); i++) {
      if (g.hasDy(i)) {
        args.add(g.dy(i));
      }
    }
    Attrs attrs =
        Attrs.of("then", branch(g, "then", args, wanted), "else", branch(g, "else", args, wanted));
    List<Value> results = g.b().add(If.OP, attrs, args, wanted.size(), "");
    List<Value> dx = new ArrayList<>();
    for (int i = 0; i < g.count(); i++) {
      dx.add(wanted.contains(i) ? results.get(wanted.indexOf(i)) : Value.ABSENT);
    }
    return dx;
  }

  /** Takes the captures of a branch and the upstream gradients. */
  private static Graph branch(Backward g, String name, List<Value> args, List<Integer> wanted) {
    Graph forward = g.attrs().graph(name);
    GraphBuilder b = new GraphBuilder(forward.name() + " gradient");
    List<Value> inputs = new ArrayList<>();
    for (int i = 1; i < args.size(); i++) {
      inputs.add(b.input("x" + i, args.get(i).type()));
    }
    int captures = g.count() - 1;
    List<Value> outputs = b.inline(forward, inputs.subList(0, captures));
    List<Value> reached = new ArrayList<>();
    for (int i = 0; i < g.node().outputs().size(); i++) {
      if (g.hasDy(i)) {
        reached.add(outputs.get(i));
      }
    }
    List<Value> wrt = new ArrayList<>();
    wanted.forEach(i -> wrt.add(inputs.get(i - 1)));
    List<Value> dx = Gradients.of(b, reached, inputs.subList(captures, inputs.size()), wrt);
    for (int i = 0; i < dx.size(); i++) {
      b.output("dx" + i, dx.get(i));
    }
    return b.build();
  }

  private BranchGradient() {}
}
