package dev.gatun.text.normal;

import dev.gatun.text.json.Fields;
import java.text.Normalizer.Form;

/**
 * BERT's clean-up.
 *
 * @param clean control characters go, white space becomes plain spaces
 * @param chinese spaces around ideographs
 * @param accents marks go
 * @param lower lower case
 */
record BertNormalizer(boolean clean, boolean chinese, boolean accents, boolean lower)
    implements TextNormalizer {
  static BertNormalizer of(Fields settings) {
    boolean lower = settings.bool("lowercase");
    return new BertNormalizer(
        settings.bool("clean_text"),
        settings.bool("handle_chinese_chars"),
        settings.bool("strip_accents", lower),
        lower);
  }

  @Override
  public TrackedText apply(TrackedText text) {
    TrackedText current = text;
    if (clean) {
      current =
          current
              .filtered(point -> point != 0 && point != 0xFFFD && !Kinds.isControl(point))
              .mapped(point -> Kinds.isWhiteSpace(point) ? ' ' : point);
    }
    if (chinese) {
      current = spaced(current);
    }
    if (accents) {
      current =
          new UnicodeForm(Form.NFD)
              .apply(current)
              .filtered(point -> !Kinds.isNonSpacingMark(point));
    }
    return lower ? new Lowercase().apply(current) : current;
  }

  private static TrackedText spaced(TrackedText text) {
    if (text.text().codePoints().noneMatch(BertNormalizer::isIdeograph)) {
      return text;
    }
    Edits edits = new Edits(text.text().length());
    text.text()
        .codePoints()
        .forEach(
            point -> {
              if (isIdeograph(point)) {
                edits.add(' ', 0);
                edits.add(point, 1);
                edits.add(' ', 1);
              } else {
                edits.add(point, 0);
              }
            });
    return text.edited(edits, 0);
  }

  /** BERT's blocks of ideographs; not all that Unicode has, and one begins late. */
  private static boolean isIdeograph(int point) {
    return point >= 0x4E00 && point <= 0x9FFF
        || point >= 0x3400 && point <= 0x4DBF
        || point >= 0x20000 && point <= 0x2A6DF
        || point >= 0x2A700 && point <= 0x2B73F
        || point >= 0x2B740 && point <= 0x2B81F
        || point >= 0x2B920 && point <= 0x2CEAF
        || point >= 0xF900 && point <= 0xFAFF
        || point >= 0x2F800 && point <= 0x2FA1F;
  }
}
