package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;
import java.util.Optional;

/**
 * sizeOf(x) = the number of elements of x, a single int64; it folds when the type of x is fixed.
 */
public final class SizeOf {
  public static final OpDef OP =
      OpDef.named("sizeOf")
          .types(
              in -> {
                in.tensor(0);
                return List.of(Type.tensor(DType.I64));
              })
          .reference(in -> List.of(Tensor.scalar(in.tensor(0).elements())))
          .knownValue(
              in ->
                  in.type(0).isFixed()
                      ? Optional.of(Tensor.scalar(in.shape(0).elements()))
                      : Optional.empty())
          .define();

  private SizeOf() {}
}
