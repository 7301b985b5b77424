package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;

/** optionalHasElement(x?) = whether x is given and, if it is an optional, not empty. */
public final class OptionalHasElement {
  public static final OpDef OP =
      OpDef.named("optionalHasElement")
          .inputs(0, 1)
          .types(in -> List.of(Type.tensor(DType.BOOL)))
          .reference(
              in -> {
                boolean has =
                    in.has(0)
                        && !(in.datum(0) instanceof Datum.Maybe maybe && maybe.value() == null);
                return List.of(Tensor.of(new boolean[] {has}));
              })
          .define();

  private OptionalHasElement() {}
}
