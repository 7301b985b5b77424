package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * concatFromSequence(sequence) = its tensors joined along {@code axis}, or with {@code newAxis}
 * stacked along a new one.
 */
public final class ConcatFromSequence {
  public static final OpDef OP =
      OpDef.named("concatFromSequence")
          .attr("axis")
          .attr("newAxis", false)
          .types(in -> List.of(type(in)))
          .reference(in -> List.of(run(in)))
          .define();

  private static Type type(Operands in) {
    if (!(Sequences.element(in, 0) instanceof Type.OfTensor(DType dtype, Shape shape))) {
      throw in.error("needs a sequence of tensors");
    }
    if (!shape.isRanked()) {
      return Type.tensor(dtype, Shape.UNRANKED);
    }
    boolean stacks = in.attrs().flag("newAxis");
    int axis = Axes.one(in, in.attrs().integer("axis"), shape.rank() + (stacks ? 1 : 0));
    if (stacks) {
      return Type.tensor(dtype, Subgraphs.withAxis(shape, axis, Shape.UNKNOWN));
    }
    in.require(shape.rank() > 0, "scalars have no axis to join; use newAxis");
    long[] sizes = shape.sizes();
    sizes[axis] = Shape.UNKNOWN;
    return Type.tensor(dtype, sizes);
  }

  private static Datum run(Evaluation in) {
    Datum.Sequence sequence = Sequences.sequence(in, 0);
    long axis = in.attrs().integer("axis");
    if (in.attrs().flag("newAxis")) {
      List<Tensor> items = new ArrayList<>();
      for (Datum item : sequence.items()) {
        items.add((Tensor) item);
      }
      return Subgraphs.stack(in, items, sequence.element(), axis);
    }
    if (sequence.items().isEmpty()) {
      throw in.error("the sequence is empty, so the result has no shape");
    }
    List<@Nullable Datum> items = new ArrayList<>(sequence.items());
    return Interpreter.evaluate(Concat.OP, Attrs.of("axis", axis), items, 1, in.runner()).get(0);
  }

  private ConcatFromSequence() {}
}
