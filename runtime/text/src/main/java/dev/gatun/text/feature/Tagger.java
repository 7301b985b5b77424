package dev.gatun.text.feature;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;

/**
 * Names the part of speech of each word of a sentence: an averaged perceptron (Collins 2002) over
 * the word, its ends and shape, its neighbours and the two tags before it, from left to right.
 * Immutable and thread-safe.
 */
public final class Tagger {
  private static final String EDGE = "-edge-";

  /** A word with its tag. */
  public record Tagged(String word, String tag) {}

  private final List<String> tags;
  private final Map<String, double[]> weights;

  private Tagger(List<String> tags, Map<String, double[]> weights) {
    this.tags = tags;
    this.weights = weights;
  }

  /**
   * Learns from sentences; the same sentences and seed give the same tagger.
   *
   * @param rounds how often the sentences are gone through
   */
  public static Tagger train(List<List<Tagged>> sentences, int rounds, long seed) {
    TreeSet<String> known = new TreeSet<>();
    sentences.forEach(sentence -> sentence.forEach(word -> known.add(word.tag())));
    if (known.isEmpty() || rounds < 1) {
      throw new IllegalArgumentException("a tagger learns from at least one word and in one round");
    }
    Perceptron perceptron = new Perceptron(List.copyOf(known));
    List<List<Tagged>> order = new ArrayList<>(sentences);
    Random random = new Random(seed);
    for (int i = 0; i < rounds; i++) {
      Collections.shuffle(order, random);
      order.forEach(perceptron::learn);
    }
    return new Tagger(perceptron.tags, perceptron.averaged());
  }

  /** All tags, in alphabetical order. */
  public List<String> tags() {
    return tags;
  }

  /** The tag of each word of a sentence. */
  public List<String> tag(List<String> words) {
    List<String> found = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      found.add(tags.get(best(scores(weights, tags.size(), features(words, i, found)))));
    }
    return found;
  }

  private static int best(double[] scores) {
    int best = 0;
    for (int i = 1; i < scores.length; i++) {
      best = scores[i] > scores[best] ? i : best;
    }
    return best;
  }

  private static double[] scores(Map<String, double[]> weights, int count, List<String> features) {
    double[] scores = new double[count];
    for (String feature : features) {
      double[] row = weights.get(feature);
      for (int t = 0; row != null && t < count; t++) {
        scores[t] += row[t];
      }
    }
    return scores;
  }

  /** What is known about a word before its tag is. */
  private static List<String> features(List<String> words, int at, List<String> before) {
    String word = words.get(at).toLowerCase(Locale.ROOT);
    String last = at > 0 ? before.get(at - 1) : EDGE;
    String lastButOne = at > 1 ? before.get(at - 2) : EDGE;
    List<String> all = new ArrayList<>();
    all.add("bias");
    all.add("word " + word);
    for (int n = 1; n <= 3; n++) {
      all.add("end " + word.substring(Math.max(0, word.length() - n)));
    }
    all.add("begin " + word.substring(0, Math.min(1, word.length())));
    all.add("shape " + shape(words.get(at)));
    all.add("tag-1 " + last);
    all.add("tags " + lastButOne + " " + last);
    all.add("tag-1 word " + last + " " + word);
    all.add("word-1 " + word(words, at - 1));
    all.add("word-2 " + word(words, at - 2));
    all.add("word+1 " + word(words, at + 1));
    all.add("word+2 " + word(words, at + 2));
    return all;
  }

  private static String word(List<String> words, int at) {
    return at < 0 || at >= words.size() ? EDGE : words.get(at).toLowerCase(Locale.ROOT);
  }

  private static String shape(String word) {
    boolean digit = word.chars().anyMatch(Character::isDigit);
    boolean upper = !word.isEmpty() && Character.isUpperCase(word.codePointAt(0));
    boolean dash = word.indexOf('-') >= 0;
    return (digit ? "9" : "") + (upper ? "A" : "") + (dash ? "-" : "");
  }

  /** Weights while they are learnt, with their sums over all words. */
  private static final class Perceptron {
    final List<String> tags;
    final Map<String, Integer> numbers = new HashMap<>();
    final Map<String, double[]> weights = new HashMap<>();
    final Map<String, double[]> sums = new HashMap<>();
    long words;

    Perceptron(List<String> tags) {
      this.tags = tags;
      for (String tag : tags) {
        numbers.put(tag, numbers.size());
      }
    }

    void learn(List<Tagged> sentence) {
      List<String> given = sentence.stream().map(Tagged::word).toList();
      List<String> said = new ArrayList<>();
      for (int i = 0; i < given.size(); i++) {
        List<String> features = features(given, i, said);
        int right = numbers.getOrDefault(sentence.get(i).tag(), 0);
        int guess = best(scores(weights, tags.size(), features));
        words++;
        if (guess != right) {
          for (String feature : features) {
            add(feature, right, 1);
            add(feature, guess, -1);
          }
        }
        // What it says itself comes before the next word, as it will later.
        said.add(tags.get(guess));
      }
    }

    private void add(String feature, int tag, int change) {
      weights.computeIfAbsent(feature, f -> new double[tags.size()])[tag] += change;
      // The change counts for all words from here on: what it lacks is what came before.
      sums.computeIfAbsent(feature, f -> new double[tags.size()])[tag] += change * (double) words;
    }

    Map<String, double[]> averaged() {
      Map<String, double[]> all = new HashMap<>();
      weights.forEach(
          (feature, row) -> {
            double[] sum = sums.getOrDefault(feature, row);
            double[] average = new double[row.length];
            Arrays.setAll(average, t -> row[t] - sum[t] / (words + 1));
            all.put(feature, average);
          });
      return all;
    }
  }
}
