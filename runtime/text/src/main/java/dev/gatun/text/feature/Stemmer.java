package dev.gatun.text.feature;

/**
 * Takes endings off words, so that forms of a word become one; what is left need not be a word.
 * Words are in lower case.
 */
public enum Stemmer {
  /** Porter (1980), with the author's two later changes ({@code bli}, {@code logi}). */
  PORTER {
    @Override
    public String stem(String word) {
      return new Porter(word).stem();
    }
  },
  /** Porter's second algorithm for English (Snowball, 2001). */
  PORTER2 {
    @Override
    public String stem(String word) {
      return new Porter2(word).stem();
    }
  };

  /** The stem of a word; words of one or two letters are their own. */
  public abstract String stem(String word);
}
