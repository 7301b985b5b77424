package dev.gatun.text.normal;

/** Lower case of each character by itself, independent of language and neighbours. */
final class Lowercase implements TextNormalizer {
  /** The only character whose lower case is two. */
  private static final int I_WITH_DOT = 0x130;

  @Override
  public TrackedText apply(TrackedText text) {
    String now = text.text();
    if (now.indexOf(I_WITH_DOT) < 0) {
      return text.mapped(Character::toLowerCase);
    }
    Edits edits = new Edits(now.length());
    now.codePoints()
        .forEach(
            point -> {
              if (point == I_WITH_DOT) {
                edits.add('i', 0);
                edits.add(0x307, 1);
              } else {
                edits.add(Character.toLowerCase(point), 0);
              }
            });
    return text.edited(edits, 0);
  }
}
