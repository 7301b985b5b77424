package dev.gatun.text.split;

import dev.gatun.text.normal.Kinds;
import dev.gatun.text.normal.TrackedText;

/** Runs of word characters and runs of anything else but white space. */
final class Whitespace implements PreTokenizer {
  private static final int SPACE = 0;
  private static final int WORD = 1;
  private static final int OTHER = 2;

  @Override
  public void cut(TrackedText text, int start, int end, Pieces out) {
    int from = start;
    int kind = SPACE;
    for (int at = start; at < end; ) {
      int point = text.text().codePointAt(at);
      int next = Kinds.isWord(point) ? WORD : Kinds.isWhiteSpace(point) ? SPACE : OTHER;
      if (next != kind) {
        if (kind != SPACE) {
          out.add(text, from, at);
        }
        from = at;
        kind = next;
      }
      at += Character.charCount(point);
    }
    if (kind != SPACE) {
      out.add(text, from, end);
    }
  }
}
