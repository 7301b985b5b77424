package dev.gatun.text.split;

import dev.gatun.text.json.Fields;
import dev.gatun.text.normal.TrackedText;
import dev.gatun.text.regex.Finder;

/**
 * SentencePiece's spaces: each becomes a visible character, and words begin with it.
 *
 * @param replacement the visible character
 * @param prepend when a word at the begin gets one too
 * @param split whether to cut at all
 */
record Metaspace(int replacement, Scheme prepend, boolean split) implements PreTokenizer {
  /** Which parts of the text get a space before them. */
  enum Scheme {
    FIRST,
    NEVER,
    ALWAYS;

    static Scheme read(Fields settings) {
      Scheme scheme =
          settings.has("prepend_scheme")
              ? settings.choice(
                  "prepend_scheme",
                  name ->
                      switch (name) {
                        case "first" -> FIRST;
                        case "never" -> NEVER;
                        case "always" -> ALWAYS;
                        default -> null;
                      },
                  "first, never, always")
              : ALWAYS;
      boolean legacy = settings.bool("add_prefix_space", true);
      if (!legacy && settings.has("prepend_scheme") && scheme != NEVER) {
        throw settings.problem("add_prefix_space", "contradicts prepend_scheme");
      }
      return legacy ? scheme : NEVER;
    }
  }

  static Metaspace of(Fields settings) {
    String ignored = settings.string("str_rep", "");
    int replacement = settings.character("replacement");
    if (!ignored.isEmpty() && !ignored.equals(Character.toString(replacement))) {
      throw settings.problem("str_rep", "is not the replacement");
    }
    return new Metaspace(replacement, Scheme.read(settings), settings.bool("split", true));
  }

  @Override
  public void cut(TrackedText text, int start, int end, Pieces out) {
    TrackedText current =
        text.slice(start, end).mapped(point -> point == ' ' ? replacement : point);
    boolean prepends =
        switch (prepend) {
          case ALWAYS -> true;
          case FIRST -> current.from(0) == 0;
          case NEVER -> false;
        };
    if (prepends && current.text().codePointAt(0) != replacement) {
      current = current.prepended(Character.toString(replacement));
    }
    int length = current.text().length();
    if (split) {
      SplitBehavior.MERGED_WITH_NEXT.cut(
          current,
          0,
          length,
          Finder.of(point -> point == replacement).find(current.text(), 0, length),
          false,
          out);
    } else {
      out.add(current, 0, length);
    }
  }
}
