package dev.gatun.core.fuse;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A target operator: its attribute {@code body} is a graph whose nodes run as one kernel. The
 * graph's inputs are the node's inputs, its outputs the node's outputs.
 *
 * <p>The body is either all pointwise, or starts with one anchor (a convolution or matrix product)
 * that pointwise operators follow. Its meaning is the meaning of the body, so the interpreter needs
 * to know nothing about fusion.
 */
public final class Fused {
  public static final OpDef OP =
      OpDef.named("fused")
          .inputs(0, Integer.MAX_VALUE)
          .attr("body")
          .types(
              in -> {
                List<Type> types = new ArrayList<>();
                for (Value output : in.attrs().graph("body").outputs()) {
                  types.add(output.type());
                }
                return types;
              })
          .reference(
              in -> {
                List<dev.gatun.core.tensor.Datum> values = new ArrayList<>();
                for (int i = 0; i < in.count(); i++) {
                  values.add(in.datum(i));
                }
                return in.run(in.attrs().graph("body"), values);
              })
          .define();

  /** The body of a fused node. */
  public static Graph body(Node node) {
    return node.attrs().graph("body");
  }

  /** The convolution or matrix product that the body starts with; empty if all is pointwise. */
  public static Optional<Node> anchor(Graph body) {
    return body.nodes().stream().filter(n -> n.op().pointwise().isEmpty()).findFirst();
  }

  private Fused() {}
}
