package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;

/**
 * sequenceInsert(sequence, x, position?) = the sequence with x inserted before a position, counted
 * from the end when negative; without one, at the end.
 */
public final class SequenceInsert {
  public static final OpDef OP =
      OpDef.named("sequenceInsert")
          .inputs(2, 3)
          .types(
              in -> {
                if (in.has(2)) {
                  Sequences.requirePosition(in, 2);
                }
                Type element = Type.join(Sequences.element(in, 0), in.type(1));
                return List.of(new Type.OfSequence(element));
              })
          .reference(
              in -> {
                Datum.Sequence old = Sequences.sequence(in, 0);
                List<Datum> items = new ArrayList<>(old.items());
                Type element = Type.join(old.element(), in.datum(1).type());
                items.add(in.has(2) ? place(in, items.size()) : items.size(), in.datum(1));
                return List.of(new Datum.Sequence(element, items));
              })
          .define();

  private static int place(Evaluation in, int size) {
    long at = in.tensor(2).getLong(0);
    if (at < -size || at > size) {
      throw in.error("position %d is outside [%d, %d]", at, -size, size);
    }
    return (int) (at < 0 ? at + size : at);
  }

  private SequenceInsert() {}
}
