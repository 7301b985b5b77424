package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Type;
import java.util.List;

/** optionalGetElement(x) = the value in the optional x; any other x is its own value. */
public final class OptionalGetElement {
  public static final OpDef OP =
      OpDef.named("optionalGetElement")
          .types(
              in ->
                  List.of(
                      in.type(0) instanceof Type.OfOptional(Type element) ? element : in.type(0)))
          .reference(
              in -> {
                if (!(in.datum(0) instanceof Datum.Maybe maybe)) {
                  return List.of(in.datum(0));
                }
                Datum value = maybe.value();
                if (value == null) {
                  throw in.error("the optional is empty; ask optionalHasElement first");
                }
                return List.of(value);
              })
          .define();

  private OptionalGetElement() {}
}
