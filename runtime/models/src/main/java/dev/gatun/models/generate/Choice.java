package dev.gatun.models.generate;

import java.util.random.RandomGenerator;

/** Chooses the next word of a row. */
public sealed interface Choice permits Choice.Likeliest, Sampling {
  /**
   * A word.
   *
   * @param numbers for each word; minus infinity where it must not come
   * @param random of the row
   */
  int pick(float[] numbers, RandomGenerator random);

  /** The most likely word, the first of equal ones. */
  record Likeliest() implements Choice {
    @Override
    public int pick(float[] numbers, RandomGenerator random) {
      int best = 0;
      for (int i = 1; i < numbers.length; i++) {
        // Not a mistake: a number that is none is never the largest.
        if (numbers[i] > numbers[best] || Float.isNaN(numbers[best])) {
          best = i;
        }
      }
      return best;
    }
  }
}
