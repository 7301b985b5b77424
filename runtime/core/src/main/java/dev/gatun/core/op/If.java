package dev.gatun.core.op;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;

/**
 * if(condition, captures...) = the outputs of graph {@code then} or of graph {@code else}; both
 * take the captures as inputs.
 */
public final class If {
  public static final OpDef OP =
      OpDef.named("if")
          .inputs(1, Integer.MAX_VALUE)
          .attr("then")
          .attr("else")
          .types(If::types)
          .reference(
              in -> {
                boolean chosen = Subgraphs.isTrue(in, in.datum(0));
                Graph graph = in.attrs().graph(chosen ? "then" : "else");
                return in.run(graph, Subgraphs.inputs(in, 1, in.count()));
              })
          .define();

  private static List<Type> types(Operands in) {
    in.require(in.dtype(0) == DType.BOOL, "the condition must be boolean");
    List<Type> captures = Subgraphs.inputTypes(in, 1, in.count());
    Graph yes = in.attrs().graph("then");
    Graph no = in.attrs().graph("else");
    in.require(
        yes.outputs().size() == no.outputs().size(),
        "the branches have %d and %d outputs",
        yes.outputs().size(),
        no.outputs().size());
    if (in.constant(0).isPresent()) {
      return Subgraphs.outputs(in, in.constant(0).get().getBoolean(0) ? yes : no, captures);
    }
    List<Type> a = Subgraphs.outputs(in, yes, captures);
    List<Type> b = Subgraphs.outputs(in, no, captures);
    List<Type> types = new ArrayList<>();
    for (int i = 0; i < a.size(); i++) {
      types.add(Type.join(a.get(i), b.get(i)));
    }
    return types;
  }

  private If() {}
}
