package dev.gatun.text.post;

import dev.gatun.text.json.Fields;
import dev.gatun.text.normal.ByteAlphabet;
import dev.gatun.text.normal.Kinds;
import java.util.List;

/**
 * Places of byte-level tokens without the spaces in them.
 *
 * @param trim whether to do anything
 * @param prefix a single space at the begin was put there by the pre-tokenizer
 */
record TrimmedOffsets(boolean trim, boolean prefix) implements PostProcessor {
  static TrimmedOffsets of(Fields settings) {
    return new TrimmedOffsets(
        settings.bool("trim_offsets", true), settings.bool("add_prefix_space", true));
  }

  @Override
  public int added(boolean pair) {
    return 0;
  }

  @Override
  public List<Draft> process(List<Draft> texts, boolean special) {
    if (trim) {
      for (Draft text : texts) {
        trim(text);
        text.overflowing().forEach(this::trim);
      }
    }
    return texts;
  }

  private void trim(Draft draft) {
    for (int i = 0; i < draft.size(); i++) {
      int[] points = draft.token(i).codePoints().toArray();
      int leading = 0;
      while (leading < points.length && isSpace(points[leading])) {
        leading++;
      }
      int trailing = 0;
      while (trailing < points.length && isSpace(points[points.length - 1 - trailing])) {
        trailing++;
      }
      int start = draft.start(i);
      int end = draft.end(i);
      if (leading > 0) {
        boolean first = i == 0 || start == 0;
        if (!(first && prefix && leading == 1)) {
          start = Math.min(start + leading, end);
        }
      }
      if (trailing > 0 && end >= trailing) {
        end = Math.max(end - trailing, start);
      }
      draft.setPlace(i, start, end);
    }
  }

  private static boolean isSpace(int point) {
    return point == ByteAlphabet.of(' ') || Kinds.isWhiteSpace(point);
  }
}
