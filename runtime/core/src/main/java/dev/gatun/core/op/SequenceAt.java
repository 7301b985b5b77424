package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.Datum;
import java.util.List;

/** sequenceAt(sequence, position) = an element, counted from the end when negative. */
public final class SequenceAt {
  public static final OpDef OP =
      OpDef.named("sequenceAt")
          .inputs(2)
          .types(
              in -> {
                Sequences.requirePosition(in, 1);
                return List.of(Sequences.element(in, 0));
              })
          .reference(
              in -> {
                List<Datum> items = Sequences.sequence(in, 0).items();
                return List.of(items.get(Sequences.position(in, 1, items.size())));
              })
          .define();

  private SequenceAt() {}
}
