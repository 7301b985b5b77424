package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;

/** sequenceErase(sequence, position?) = the sequence without an element, by default the last. */
public final class SequenceErase {
  public static final OpDef OP =
      OpDef.named("sequenceErase")
          .inputs(1, 2)
          .types(
              in -> {
                if (in.has(1)) {
                  Sequences.requirePosition(in, 1);
                }
                return List.of(new Type.OfSequence(Sequences.element(in, 0)));
              })
          .reference(
              in -> {
                Datum.Sequence old = Sequences.sequence(in, 0);
                List<Datum> items = new ArrayList<>(old.items());
                if (items.isEmpty()) {
                  throw in.error("the sequence is empty");
                }
                items.remove(
                    in.has(1) ? Sequences.position(in, 1, items.size()) : items.size() - 1);
                return List.of(new Datum.Sequence(old.element(), items));
              })
          .define();

  private SequenceErase() {}
}
