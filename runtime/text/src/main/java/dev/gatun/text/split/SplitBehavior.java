package dev.gatun.text.split;

import dev.gatun.text.json.Fields;
import dev.gatun.text.normal.TrackedText;
import dev.gatun.text.regex.Matches;
import java.util.Arrays;

/** What becomes of the places where a text is cut. */
enum SplitBehavior {
  /** They are left out. */
  REMOVED("Removed"),
  /** Each is a word. */
  ISOLATED("Isolated"),
  /** Each belongs to the word before it. */
  MERGED_WITH_PREVIOUS("MergedWithPrevious"),
  /** Each belongs to the word behind it. */
  MERGED_WITH_NEXT("MergedWithNext"),
  /** Neighbouring places are one word. */
  CONTIGUOUS("Contiguous");

  private final String label;

  SplitBehavior(String label) {
    this.label = label;
  }

  static SplitBehavior read(Fields settings) {
    return settings.choice(
        "behavior",
        name ->
            Arrays.stream(values())
                .filter(b -> b.label.equals(name) || b.name().equalsIgnoreCase(name))
                .findFirst()
                .orElse(null),
        "Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous");
  }

  /**
   * Adds the words.
   *
   * @param places the matches in [start, end)
   * @param invert cut at what does not match
   */
  void cut(TrackedText text, int start, int end, Matches places, boolean invert, Pieces out) {
    Segments all = new Segments(places, start, end, invert);
    switch (this) {
      case REMOVED, ISOLATED -> {
        for (int i = 0; i < all.size; i++) {
          if (this == ISOLATED || !all.place[i]) {
            out.add(text, all.bounds[i], all.bounds[i + 1]);
          }
        }
      }
      case CONTIGUOUS, MERGED_WITH_PREVIOUS, MERGED_WITH_NEXT -> merge(text, all, out);
    }
  }

  private void merge(TrackedText text, Segments all, Pieces out) {
    int from = 0;
    for (int i = 1; i <= all.size; i++) {
      if (i == all.size || !joins(all, i)) {
        out.add(text, all.bounds[from], all.bounds[i]);
        from = i;
      }
    }
  }

  /** Whether the i-th segment is one word with the one before it. */
  private boolean joins(Segments all, int i) {
    return switch (this) {
      case CONTIGUOUS -> all.place[i] == all.place[i - 1];
      case MERGED_WITH_PREVIOUS -> all.place[i] && !all.place[i - 1];
      case MERGED_WITH_NEXT -> all.place[i - 1] && !all.place[i];
      case REMOVED, ISOLATED -> false;
    };
  }

  /** Places and what is between them, without gaps. */
  private static final class Segments {
    final int[] bounds;
    final boolean[] place;
    int size;

    Segments(Matches places, int start, int end, boolean invert) {
      bounds = new int[2 * places.size() + 2];
      place = new boolean[2 * places.size() + 1];
      bounds[0] = start;
      for (int i = 0; i < places.size(); i++) {
        add(places.start(i), invert);
        if (places.start(i) < places.end(i)) {
          add(places.end(i), !invert);
        }
      }
      add(end, invert);
    }

    private void add(int end, boolean isPlace) {
      if (bounds[size] < end) {
        place[size++] = isPlace;
        bounds[size] = end;
      }
    }
  }
}
