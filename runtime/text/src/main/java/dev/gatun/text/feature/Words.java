package dev.gatun.text.feature;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The words of a text and where they are: runs of letters, marks, digits and connectors; an
 * apostrophe between two of them belongs to the word ("don't"). Everything else separates.
 */
public final class Words {
  private static final String RUN = "[\\p{IsAlphabetic}\\p{M}\\p{Nd}\\p{Pc}]+";
  private static final Pattern WORD = Pattern.compile(RUN + "(?:['\u2019]" + RUN + ")*");

  /**
   * A word of a text.
   *
   * @param start index in the text, as of {@link String#substring}
   * @param end index behind the word
   */
  public record Word(String text, int start, int end) {}

  /** The words, in their order, as they are written. */
  public static List<Word> of(String text) {
    List<Word> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(text);
    while (matcher.find()) {
      words.add(new Word(matcher.group(), matcher.start(), matcher.end()));
    }
    return words;
  }

  private Words() {}
}
