package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Type;
import java.util.List;

/** sequenceConstruct(x0, x1, ...) = the sequence of the inputs. */
public final class SequenceConstruct {
  public static final OpDef OP =
      OpDef.named("sequenceConstruct")
          .inputs(1, Integer.MAX_VALUE)
          .types(
              in -> {
                Type element = in.type(0);
                for (int i = 1; i < in.count(); i++) {
                  element = Type.join(element, in.type(i));
                }
                return List.of(new Type.OfSequence(element));
              })
          .reference(
              in -> {
                List<Datum> items = Subgraphs.inputs(in, 0, in.count());
                Type element = items.get(0).type();
                for (Datum item : items) {
                  element = Type.join(element, item.type());
                }
                return List.of(new Datum.Sequence(element, items));
              })
          .define();

  private SequenceConstruct() {}
}
