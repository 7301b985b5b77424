package dev.gatun.text.model;

import org.jspecify.annotations.Nullable;

/**
 * The tokens of one word. Immutable, so that threads may share it without more ado; in one array,
 * because the words of a text are read all over memory.
 */
public final class Word {
  /** Id, begin and end of each token. */
  private final int[] packed;

  /** Strings that are not those of the ids; null where all are. */
  private final @Nullable String @Nullable [] strings;

  Word(int[] packed, @Nullable String @Nullable [] strings) {
    this.packed = packed;
    this.strings = strings;
  }

  /** One token for the whole word. */
  static Word whole(int id, int length) {
    return new Word(new int[] {id, 0, length}, null);
  }

  /** How many tokens there are. */
  public int size() {
    return packed.length / 3;
  }

  /** The id of a token. */
  public int id(int i) {
    return packed[3 * i];
  }

  /** Where a token begins in the word, in UTF-16 units. */
  public int start(int i) {
    return packed[3 * i + 1];
  }

  /** Behind where a token ends. */
  public int end(int i) {
    return packed[3 * i + 2];
  }

  /** The string of a token, or null where it is that of its id. */
  public @Nullable String string(int i) {
    return strings == null ? null : strings[i];
  }

  /** The same tokens at the places that their bytes have in another text. */
  Word moved(BytePlaces places) {
    int[] moved = packed.clone();
    for (int i = 0; i < moved.length; i += 3) {
      moved[i + 1] = places.start(moved[i + 1]);
      moved[i + 2] = places.end(moved[i + 2]);
    }
    return new Word(moved, strings);
  }
}
