package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Type;

/** What operators on sequences share: their types and positions in them. */
final class Sequences {
  /** Element type of a sequence input. */
  static Type element(Operands in, int i) {
    if (in.type(i) instanceof Type.OfSequence(Type element)) {
      return element;
    }
    throw in.error("input %d must be a sequence", i);
  }

  /** A sequence input. */
  static Datum.Sequence sequence(Evaluation in, int i) {
    if (in.datum(i) instanceof Datum.Sequence sequence) {
      return sequence;
    }
    throw in.error("input %d must be a sequence, got %s", i, in.datum(i).type());
  }

  /** Checks a position, a single integer. */
  static void requirePosition(Operands in, int i) {
    Sizes.requireIntegers(in, i);
    in.require(
        !in.shape(i).isFixed() || in.shape(i).elements() == 1,
        "input %d must be a single number",
        i);
  }

  /** A position from the start; {@code size} is how many there are. */
  static int position(Evaluation in, int i, int size) {
    long at = in.tensor(i).getLong(0);
    if (at < -size || at >= size) {
      throw in.error("position %d is outside [%d, %d]", at, -size, size - 1);
    }
    return (int) (at < 0 ? at + size : at);
  }

  private Sequences() {}
}
