package dev.gatun.text.split;

import dev.gatun.text.normal.TrackedText;

/** Words of a fixed number of characters. */
record FixedLength(int length) implements PreTokenizer {
  @Override
  public void cut(TrackedText text, int start, int end, Pieces out) {
    for (int at = start; at < end; ) {
      int next = at;
      for (int i = 0; i < length && next < end; i++) {
        next += Character.charCount(text.text().codePointAt(next));
      }
      out.add(text, at, next);
      at = next;
    }
  }
}
