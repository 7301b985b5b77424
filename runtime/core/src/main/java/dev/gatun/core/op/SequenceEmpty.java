package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Type;
import java.util.List;

/** sequenceEmpty() = the empty sequence of tensors of type {@code dtype}. */
public final class SequenceEmpty {
  public static final OpDef OP =
      OpDef.named("sequenceEmpty")
          .inputs(0)
          .attr("dtype", DType.F32)
          .types(in -> List.of(new Type.OfSequence(element(in.attrs()))))
          .reference(in -> List.of(new Datum.Sequence(element(in.attrs()), List.of())))
          .define();

  private static Type element(Attrs attrs) {
    return Type.tensor(attrs.dtype("dtype"), Shape.UNRANKED);
  }

  private SequenceEmpty() {}
}
