package dev.gatun.models.generate;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * When a row ends.
 *
 * @param words most that may come
 * @param ends ids that end a row
 * @param sequences of ids that end a row
 * @param last the id that a row ends with when it is full
 */
record Stop(int words, List<Long> ends, List<long[]> sequences, OptionalLong last) {
  boolean isEnd(long id) {
    return ends.contains(id);
  }

  /** Whether a row has ended with its last word. */
  Optional<Continuation.End> of(Words row) {
    if (row.added() > 0) {
      if (isEnd(row.get(row.size() - 1))) {
        return Optional.of(Continuation.End.WORD);
      }
      if (sequences.stream().anyMatch(row::endsWith)) {
        return Optional.of(Continuation.End.SEQUENCE);
      }
    }
    return row.added() >= words ? Optional.of(Continuation.End.LENGTH) : Optional.empty();
  }

  @Override
  public String toString() {
    return words
        + " words, ends "
        + ends
        + ", "
        + sequences.stream().map(Arrays::toString).toList();
  }
}
