package dev.gatun.models.generate;

import java.util.random.RandomGenerator;

/**
 * A random word, each with its probability after the unlikely ones have been left out, one
 * criterion after the other: the K most likely ones (Fan and others 2018), the fewest that have the
 * probability P together (Holtzman and others 2020), those at least {@code minP} times as likely as
 * the most likely one (Nguyen and others 2024). One word is always left; words as likely as the
 * last of the K stay, too.
 *
 * @param temperature divides the numbers: below 1 prefers likely words
 * @param topK 0 for all
 * @param topP 1 for all
 * @param minP 0 for all
 */
public record Sampling(double temperature, int topK, double topP, double minP) implements Choice {
  /** Each word with the probability that the network gives it. */
  public static final Sampling ALL = new Sampling(1, 0, 1, 0);

  public Sampling {
    Rules.require(
        temperature > 0 && temperature < Double.POSITIVE_INFINITY,
        "temperature",
        "above 0 (the most likely word always is greedy search)",
        temperature);
    Rules.require(topK >= 0, "number of most likely words (top-k)", "at least 0", topK);
    Rules.require(topP > 0 && topP <= 1, "probability (top-p)", "in (0, 1]", topP);
    Rules.require(minP >= 0 && minP <= 1, "least probability (min-p)", "in [0, 1]", minP);
  }

  @Override
  public int pick(float[] numbers, RandomGenerator random) {
    int best = new Likeliest().pick(numbers, random);
    float max = numbers[best];
    double u = random.nextDouble();
    if (!(max > Float.NEGATIVE_INFINITY && max < Float.POSITIVE_INFINITY)) {
      return best;
    }
    if (topK == 0 && topP == 1) {
      // A word is in if its probability is: no order needed.
      double least = minP == 0 ? Double.NEGATIVE_INFINITY : Math.log(minP);
      return drawn(numbers, max, least, u);
    }
    Likely likely = new Likely(numbers, topK);
    double[] weights = likely.weights(max, temperature);
    int count = withinP(weights, likely.size(), likely.total());
    return likely.id(drawn(weights, withinMinP(weights, count), u));
  }

  /** Draws among all words whose number is near enough to the largest. */
  private int drawn(float[] numbers, float max, double least, double u) {
    double[] weights = new double[numbers.length];
    double total = 0;
    for (int i = 0; i < numbers.length; i++) {
      double x = (numbers[i] - max) / temperature;
      weights[i] = x >= least && x > Likely.NOTHING ? Math.exp(x) : 0;
      total += weights[i];
    }
    double at = u * total;
    int last = 0;
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] > 0) {
        last = i;
        at -= weights[i];
        if (at < 0) {
          break;
        }
      }
    }
    return last;
  }

  /** How many of the most likely words have the probability P together. */
  private int withinP(double[] weights, int size, double total) {
    if (topP == 1) {
      return size;
    }
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += weights[i];
      if (sum >= topP * total) {
        return i + 1;
      }
    }
    return size;
  }

  private int withinMinP(double[] weights, int count) {
    int kept = count;
    while (kept > 1 && weights[kept - 1] < minP * weights[0]) {
      kept--;
    }
    return kept;
  }

  private static int drawn(double[] weights, int count, double u) {
    double total = 0;
    for (int i = 0; i < count; i++) {
      total += weights[i];
    }
    double at = u * total;
    for (int i = 0; i < count; i++) {
      at -= weights[i];
      if (at < 0) {
        return i;
      }
    }
    return count - 1;
  }
}
