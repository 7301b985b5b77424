package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;

/** sequenceLength(sequence) = how many elements there are, a single int64. */
public final class SequenceLength {
  public static final OpDef OP =
      OpDef.named("sequenceLength")
          .types(
              in -> {
                Sequences.element(in, 0);
                return List.of(Type.tensor(DType.I64));
              })
          .reference(in -> List.of(Tensor.scalar((long) Sequences.sequence(in, 0).items().size())))
          .define();

  private SequenceLength() {}
}
