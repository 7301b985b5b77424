package dev.gatun.train.metric;

import dev.gatun.core.tensor.GatunException;
import java.util.List;

/**
 * A score a text, averaged over the texts, of which the best reference counts: ROUGE and METEOR.
 */
public final class TextScore implements TextMetric {
  /** The score of a text against one reference. */
  interface Score {
    double of(List<String> candidate, List<String> reference);
  }

  private final String name;
  private final Score score;
  private double sum;
  private long texts;

  private TextScore(String name, Score score) {
    this.name = name;
    this.score = score;
  }

  /** ROUGE-N (Lin 2004): the F1-score of shared n-grams. */
  public static TextScore rouge(int n) {
    if (n < 1) {
      throw new GatunException("metric 'rouge' needs n-grams of at least 1 token, got " + n);
    }
    return new TextScore("rouge" + n, (candidate, reference) -> rouge(n, candidate, reference));
  }

  /** ROUGE-L (Lin 2004): the F1-score of the longest common subsequence. */
  public static TextScore rougeL() {
    return new TextScore(
        "rougeL",
        (candidate, reference) ->
            f1(commonSubsequence(candidate, reference), candidate.size(), reference.size()));
  }

  /**
   * METEOR (Banerjee and Lavie 2005) with words that match exactly, without stems and synonyms:
   * {@code 10PR / (R + 9P)} less {@code 0.5 (chunks / matches)^3} of it.
   */
  public static TextScore meteor() {
    return new TextScore("meteor", Meteor::score);
  }

  private static double rouge(int n, List<String> candidate, List<String> reference) {
    return f1(
        NGrams.overlap(NGrams.count(candidate, n), NGrams.count(reference, n)),
        candidate.size() - n + 1,
        reference.size() - n + 1);
  }

  private static double f1(int shared, int candidate, int reference) {
    return shared == 0 ? 0 : 2.0 * shared / (Math.max(candidate, 0) + Math.max(reference, 0));
  }

  private static int commonSubsequence(List<String> a, List<String> b) {
    int[] before = new int[b.size() + 1];
    for (String token : a) {
      int[] now = new int[b.size() + 1];
      for (int j = 0; j < b.size(); j++) {
        now[j + 1] = token.equals(b.get(j)) ? before[j] + 1 : Math.max(before[j + 1], now[j]);
      }
      before = now;
    }
    return before[b.size()];
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void update(List<String> candidate, List<List<String>> references) {
    NGrams.checkReferences(name, references);
    double best = 0;
    for (List<String> reference : references) {
      best = Math.max(best, score.of(candidate, reference));
    }
    sum += best;
    texts++;
  }

  @Override
  public void merge(TextMetric other) {
    if (!(other instanceof TextScore more) || !more.name.equals(name)) {
      throw new GatunException("metric '" + name + "' cannot take in '" + other.name() + "'");
    }
    sum += more.sum;
    texts += more.texts;
  }

  @Override
  public double result() {
    return sum / texts;
  }

  @Override
  public void reset() {
    sum = 0;
    texts = 0;
  }

  @Override
  public TextScore fresh() {
    return new TextScore(name, score);
  }
}
