package dev.gatun.text.split;

import dev.gatun.text.normal.TrackedText;
import dev.gatun.text.regex.Finder;

/** Cuts where something is found. */
record Split(Finder finder, SplitBehavior behavior, boolean invert) implements PreTokenizer {
  @Override
  public void cut(TrackedText text, int start, int end, Pieces out) {
    behavior.cut(text, start, end, finder.find(text.text(), start, end), invert, out);
  }
}
