package dev.gatun.text.split;

import dev.gatun.text.json.Fields;
import dev.gatun.text.normal.ByteAlphabet;
import dev.gatun.text.normal.TrackedText;
import dev.gatun.text.regex.RegexFinder;
import java.util.regex.Pattern;

/**
 * GPT-2's words as visible bytes.
 *
 * @param prefix a space before each part that does not begin with one
 * @param regex cut with GPT-2's pattern
 * @param maps whether the words become visible bytes here, or later, word by word
 */
record ByteLevel(boolean prefix, boolean regex, boolean maps) implements PreTokenizer {
  private static final RegexFinder WORDS =
      new RegexFinder(
          Pattern.compile(
              "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\p{IsWhite_Space}\\p{L}\\p{N}]+"
                  + "|\\p{IsWhite_Space}+(?!\\P{IsWhite_Space})|\\p{IsWhite_Space}+"));

  static ByteLevel of(Fields settings) {
    settings.bool("trim_offsets", true); // says something only to the post-processor
    return new ByteLevel(
        settings.bool("add_prefix_space", true), settings.bool("use_regex", true), true);
  }

  @Override
  public boolean mapsBytes() {
    return maps;
  }

  @Override
  public PreTokenizer unmapped() {
    return new ByteLevel(prefix, regex, false);
  }

  @Override
  public void cut(TrackedText text, int start, int end, Pieces out) {
    TrackedText current = text;
    int from = start;
    int to = end;
    if (prefix && text.text().charAt(start) != ' ') {
      current = text.slice(start, end).prepended(" ");
      from = 0;
      to = current.text().length();
    }
    Pieces words = maps ? new Pieces() : out;
    if (regex) {
      var found = WORDS.find(current.text(), from, to);
      SplitBehavior.ISOLATED.cut(current, from, to, found, false, words);
    } else {
      words.add(current, from, to);
    }
    if (maps) {
      for (int i = 0; i < words.size(); i++) {
        TrackedText word = ByteAlphabet.mapped(words.text(i).slice(words.start(i), words.end(i)));
        out.add(word, 0, word.text().length());
      }
    }
  }
}
