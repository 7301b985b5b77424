package dev.gatun.models.part;

import dev.gatun.train.net.Flow;
import java.util.OptionalLong;

/** The state of one word of each row, [B, T, C] to [B, C], found by its id. */
public final class LastWord {
  /** The last word that is no padding, or the last one where there is no id of padding. */
  public static Flow of(Flow states, Flow ids, OptionalLong padding) {
    if (padding.isEmpty()) {
      return states.select(1, -1);
    }
    return at(states, last(ids, ids.equal((double) padding.getAsLong()).not()));
  }

  /** The last word of an id. */
  public static Flow ofId(Flow states, Flow ids, long id) {
    return at(states, last(ids, ids.equal((double) id)));
  }

  /** The first word of an id. */
  public static Flow firstOfId(Flow states, Flow ids, long id) {
    Flow positions = Masks.positions(ids, 1);
    Flow never = positions.number(Integer.MAX_VALUE);
    return at(states, positions.where(ids.equal((double) id), never).smallest(1));
  }

  /** The first of the words with the largest id. */
  public static Flow ofLargestId(Flow states, Flow ids) {
    Flow positions = Masks.positions(ids, 1);
    Flow largest = ids.equal(ids.largest(1).unsqueeze(1));
    return at(states, positions.where(largest, positions.number(Integer.MAX_VALUE)).smallest(1));
  }

  private static Flow last(Flow ids, Flow counts) {
    Flow positions = Masks.positions(ids, 1);
    return positions.where(counts, positions.number(-1)).largest(1);
  }

  private static Flow at(Flow states, Flow index) {
    Flow chosen = Masks.positions(states, 1).unsqueeze(0).equal(index.unsqueeze(1));
    return states.mul(chosen.cast(states.dtype()).unsqueeze(2)).sum(1);
  }

  private LastWord() {}
}
