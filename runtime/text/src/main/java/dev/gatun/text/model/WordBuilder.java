package dev.gatun.text.model;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Collects the tokens of one word. */
final class WordBuilder {
  private int[] packed = new int[12];
  private @Nullable String @Nullable [] strings;
  private int size;

  void add(int id, int start, int end) {
    if (3 * size == packed.length) {
      packed = Arrays.copyOf(packed, 2 * packed.length);
    }
    packed[3 * size] = id;
    packed[3 * size + 1] = start;
    packed[3 * size + 2] = end;
    size++;
  }

  /** Adds a token whose string is not that of its id. */
  void add(int id, String string, int start, int end) {
    add(id, start, end);
    String[] known = strings == null ? new String[8] : strings;
    if (size > known.length) {
      known = Arrays.copyOf(known, 2 * size);
    }
    known[size - 1] = string;
    strings = known;
  }

  Word build() {
    return new Word(
        Arrays.copyOf(packed, 3 * size), strings == null ? null : Arrays.copyOf(strings, size));
  }
}
