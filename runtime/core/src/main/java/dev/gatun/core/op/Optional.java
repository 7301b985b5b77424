package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Type;
import java.util.List;

/** optional(x?) = x as an optional value; without x the empty one of an element of {@code type}. */
public final class Optional {
  public static final OpDef OP =
      OpDef.named("optional")
          .inputs(0, 1)
          .attr("type")
          .types(
              in -> List.of(new Type.OfOptional(in.has(0) ? in.type(0) : in.attrs().type("type"))))
          .reference(
              in ->
                  List.of(
                      in.has(0)
                          ? new Datum.Maybe(in.datum(0).type(), in.datum(0))
                          : new Datum.Maybe(in.attrs().type("type"), null)))
          .define();

  private Optional() {}
}
