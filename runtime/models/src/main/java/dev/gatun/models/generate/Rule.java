package dev.gatun.models.generate;

/**
 * Changes the numbers of the words that may come next, before one is chosen: minus infinity forbids
 * a word.
 */
@FunctionalInterface
public interface Rule {
  /**
   * Changes the numbers in place.
   *
   * @param words of the row so far
   * @param numbers for each word, as the network gave them or the rule before left them
   */
  void apply(Words words, float[] numbers);
}
