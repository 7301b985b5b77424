package dev.gatun.text.split;

import dev.gatun.text.normal.TrackedText;
import java.lang.Character.UnicodeScript;

/** Cuts where the script changes; kana count as Han, and spaces join any script. */
final class UnicodeScripts implements PreTokenizer {
  private static final int PROLONGED_SOUND = 0x30FC;

  @Override
  public void cut(TrackedText text, int start, int end, Pieces out) {
    int from = -1;
    UnicodeScript last = UnicodeScript.INHERITED;
    boolean begun = false;
    for (int at = start; at < end; ) {
      int point = text.text().codePointAt(at);
      UnicodeScript script = script(point);
      boolean joins = script == UnicodeScript.UNKNOWN;
      if (!joins && (!begun || script != last)) {
        if (from >= 0) {
          out.add(text, from, at);
        }
        from = at;
      }
      if (!joins) {
        last = script;
        begun = true;
      }
      at += Character.charCount(point);
    }
    if (from >= 0) {
      out.add(text, from, end);
    }
  }

  /** UNKNOWN stands for characters that join any script. */
  private static UnicodeScript script(int point) {
    if (point == PROLONGED_SOUND) {
      return UnicodeScript.HAN;
    }
    if (point == ' ') {
      return UnicodeScript.UNKNOWN;
    }
    UnicodeScript script = UnicodeScript.of(point);
    return script == UnicodeScript.HIRAGANA || script == UnicodeScript.KATAKANA
        ? UnicodeScript.HAN
        : script;
  }
}
