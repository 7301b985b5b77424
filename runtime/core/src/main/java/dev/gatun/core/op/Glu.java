package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * glu(x) = a * sigmoid(b) where a and b are the halves of x along an axis (Dauphin and others
 * 2016).
 */
public final class Glu {
  public static final OpDef OP =
      OpDef.named("glu").attr("axis", -1).types(Glu::types).decompose(Glu::build).define();

  private static List<Type> types(Operands in) {
    in.require(in.dtype(0).isFloat(), "the input must be a floating tensor");
    Shape x = in.shape(0);
    if (!x.isRanked()) {
      return List.of(in.tensor(0));
    }
    in.require(x.rank() > 0, "a scalar has no halves");
    int axis = Axes.one(in, in.attrs().integer("axis"), x.rank());
    long[] sizes = x.sizes();
    in.require(sizes[axis] < 0 || sizes[axis] % 2 == 0, "axis %d must have an even size", axis);
    sizes[axis] = sizes[axis] < 0 ? -1 : sizes[axis] / 2;
    return List.of(Type.tensor(in.dtype(0), Shape.of(sizes)));
  }

  private static List<Value> build(GraphBuilder b, Operands in) {
    List<Value> halves =
        b.add(
            Split.OP,
            Attrs.of("axis", in.attrs().integer("axis"), "parts", 2),
            List.of(in.value(0)),
            2,
            "");
    return List.of(b.add(Mul.OP, halves.get(0), b.add(Sigmoid.OP, halves.get(1))));
  }

  private Glu() {}
}
