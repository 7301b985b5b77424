package dev.gatun.text.feature;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Pairs of words that stand together more often than chance would have it, by pointwise mutual
 * information: {@code ln(n(a, b) * N / (n(a) * n(b)))}. Immutable.
 */
public final class Phrases {
  private final Map<String, Double> scores;

  private Phrases(Map<String, Double> scores) {
    this.scores = Collections.unmodifiableMap(new TreeMap<>(scores));
  }

  /**
   * Finds phrases.
   *
   * @param texts as words
   * @param least how often a pair must be there: rare pairs have high scores by chance
   * @param threshold its score at least
   */
  public static Phrases of(List<List<String>> texts, int least, double threshold) {
    Map<String, Integer> words = new HashMap<>();
    Map<String, Map<String, Integer>> pairs = new HashMap<>();
    long total = 0;
    for (List<String> text : texts) {
      for (int i = 0; i < text.size(); i++) {
        words.merge(text.get(i), 1, Integer::sum);
        total++;
        if (i > 0) {
          pairs
              .computeIfAbsent(text.get(i - 1), w -> new HashMap<>())
              .merge(text.get(i), 1, Integer::sum);
        }
      }
    }
    Map<String, Double> scores = new HashMap<>();
    for (Map.Entry<String, Map<String, Integer>> first : pairs.entrySet()) {
      for (Map.Entry<String, Integer> second : first.getValue().entrySet()) {
        double chance =
            (double) words.getOrDefault(first.getKey(), 0) * words.getOrDefault(second.getKey(), 0);
        double score = Math.log(second.getValue() * (double) total / chance);
        if (second.getValue() >= least && score >= threshold) {
          scores.put(first.getKey() + " " + second.getKey(), score);
        }
      }
    }
    return new Phrases(scores);
  }

  /** The phrases and their scores, in alphabetical order. */
  public Map<String, Double> scores() {
    return scores;
  }

  /** Words with phrases joined, from the left; {@code joint} stands between. */
  public List<String> join(List<String> words, String joint) {
    List<String> joined = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      if (i + 1 < words.size() && scores.containsKey(words.get(i) + " " + words.get(i + 1))) {
        joined.add(words.get(i) + joint + words.get(i + 1));
        i++;
      } else {
        joined.add(words.get(i));
      }
    }
    return joined;
  }
}
