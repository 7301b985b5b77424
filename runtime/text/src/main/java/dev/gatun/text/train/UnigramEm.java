package dev.gatun.text.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;

/**
 * The unigram model's training (Kudo 2018, Subword Regularization): from many frequent substrings,
 * expectation and maximization alternate with pruning what costs the least likelihood.
 */
final class UnigramEm {
  private static final int MAX_PIECE = 16;
  private static final int SEED_PIECES = 200_000;

  /** What is left of the pieces after one pruning. */
  private static final double SHRINK = 0.75;

  /** Expected counts below this are noise. */
  private static final double MIN_COUNT = 0.5;

  private final List<int[]> words = new ArrayList<>();
  private final long[] counts;
  private final TreeSet<String> required = new TreeSet<>();
  private List<String> pieces = new ArrayList<>();
  private double[] scores = new double[0];

  UnigramEm(SortedMap<String, Long> texts) {
    counts = texts.values().stream().mapToLong(Long::longValue).toArray();
    for (String text : texts.keySet()) {
      words.add(text.codePoints().toArray());
      text.codePoints().forEach(point -> required.add(Character.toString(point)));
    }
  }

  List<String> pieces() {
    return pieces;
  }

  double[] scores() {
    return scores;
  }

  /** Learns {@code size} pieces, the most probable first. */
  void learn(int size) {
    if (required.size() > size) {
      throw new IllegalArgumentException(
          "a vocabulary of %d tokens has no room for the %d characters of the texts"
              .formatted(size, required.size()));
    }
    seed();
    int target = Math.max(size, (int) (1.1 * size));
    while (true) {
      for (int i = 0; i < 2; i++) {
        maximize(expected());
      }
      if (pieces.size() <= target) {
        break;
      }
      prune(Math.max(target, (int) (SHRINK * pieces.size())));
    }
    finish(size);
  }

  /** Characters and the substrings that save the most. */
  private void seed() {
    Map<String, Long> found = new HashMap<>();
    for (int w = 0; w < words.size(); w++) {
      int[] word = words.get(w);
      for (int from = 0; from < word.length; from++) {
        for (int length = 1; length <= Math.min(MAX_PIECE, word.length - from); length++) {
          found.merge(new String(word, from, length), counts[w], Long::sum);
        }
      }
    }
    List<Map.Entry<String, Long>> all = new ArrayList<>(found.entrySet());
    all.removeIf(entry -> isLong(entry.getKey()) && entry.getValue() < 2);
    all.sort(
        Comparator.comparingDouble(
                (Map.Entry<String, Long> entry) ->
                    -entry.getValue()
                        * (double) entry.getKey().codePointCount(0, entry.getKey().length()))
            .thenComparing(Map.Entry::getKey));
    pieces = new ArrayList<>(required);
    List<Double> weights = new ArrayList<>();
    required.forEach(each -> weights.add((double) Math.max(1, found.getOrDefault(each, 1L))));
    for (Map.Entry<String, Long> entry : all) {
      if (pieces.size() >= SEED_PIECES) {
        break;
      }
      if (isLong(entry.getKey())) {
        pieces.add(entry.getKey());
        weights.add((double) entry.getValue());
      }
    }
    double total = Math.log(weights.stream().mapToDouble(Double::doubleValue).sum());
    scores = weights.stream().mapToDouble(weight -> Math.log(weight) - total).toArray();
  }

  private static boolean isLong(String piece) {
    return piece.codePointCount(0, piece.length()) > 1;
  }

  /** How often each piece is expected to be used. */
  private double[] expected() {
    double[] expected = new double[pieces.size()];
    Lattice lattice = new Lattice(pieces, scores);
    for (int w = 0; w < words.size(); w++) {
      lattice.addExpected(words.get(w), counts[w], expected);
    }
    return expected;
  }

  /** Scores from expected counts, with the digamma function as the prior against rare pieces. */
  private void maximize(double[] expected) {
    List<String> kept = new ArrayList<>();
    double[] values = new double[expected.length];
    double sum = 0;
    for (int i = 0; i < expected.length; i++) {
      boolean must = required.contains(pieces.get(i));
      if (expected[i] >= MIN_COUNT || must) {
        values[kept.size()] = Math.max(expected[i], must ? MIN_COUNT : 0);
        sum += values[kept.size()];
        kept.add(pieces.get(i));
      }
    }
    double total = digamma(sum);
    scores = new double[kept.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = digamma(values[i]) - total;
    }
    pieces = kept;
  }

  /** The derivative of log gamma, by recurrence and the asymptotic series. */
  static double digamma(double x) {
    double result = 0;
    double y = x;
    while (y < 7) {
      result -= 1 / y++;
    }
    y -= 0.5;
    double inverse = 1 / (y * y);
    return result
        + Math.log(y)
        + inverse / 24
        - 7 * inverse * inverse / 960
        + 31 * inverse * inverse * inverse / 8064;
  }

  /** Drops the pieces whose loss changes the likelihood least. */
  private void prune(int size) {
    Lattice lattice = new Lattice(pieces, scores);
    double[] used = new double[pieces.size()];
    double sum = 0;
    for (int w = 0; w < words.size(); w++) {
      for (int id : lattice.best(words.get(w), -1)) {
        used[id] += counts[w];
        sum += counts[w];
      }
    }
    double[] loss = new double[pieces.size()];
    double logSum = Math.log(sum);
    for (int i = 0; i < loss.length; i++) {
      String piece = pieces.get(i);
      if (required.contains(piece)) {
        loss[i] = Double.POSITIVE_INFINITY;
      } else if (used[i] > 0) {
        int[] instead = lattice.best(piece.codePoints().toArray(), i);
        double logSumAlternative = Math.log(sum + used[i] * (instead.length - 1));
        double alternative = 0;
        for (int id : instead) {
          alternative += Math.log(used[id] + used[i]) - logSumAlternative;
        }
        loss[i] = used[i] * (Math.log(used[i]) - logSum - alternative);
      } else {
        loss[i] = Double.NEGATIVE_INFINITY;
      }
    }
    keep(size, loss);
  }

  private void keep(int size, double[] worth) {
    Integer[] order = new Integer[worth.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble((Integer i) -> -worth[i]).thenComparing(i -> i));
    Set<Integer> kept = new HashSet<>(Arrays.asList(order).subList(0, size));
    List<String> left = new ArrayList<>();
    double[] leftScores = new double[size];
    for (int i = 0; i < worth.length; i++) {
      if (kept.contains(i)) {
        leftScores[left.size()] = scores[i];
        left.add(pieces.get(i));
      }
    }
    pieces = left;
    scores = leftScores;
  }

  /** The required characters and the most probable others, in the order of their scores. */
  private void finish(int size) {
    double[] worth = new double[pieces.size()];
    for (int i = 0; i < worth.length; i++) {
      worth[i] = required.contains(pieces.get(i)) ? Double.POSITIVE_INFINITY : scores[i];
    }
    keep(Math.min(size, worth.length), worth);
    Integer[] order = new Integer[pieces.size()];
    Arrays.setAll(order, i -> i);
    double[] known = scores;
    List<String> names = pieces;
    Arrays.sort(
        order,
        Comparator.comparingDouble((Integer i) -> -known[i]).thenComparing(i -> names.get(i)));
    pieces = Arrays.stream(order).map(names::get).toList();
    scores = Arrays.stream(order).mapToDouble(i -> known[i]).toArray();
  }
}
