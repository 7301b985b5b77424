package dev.gatun.models.generate;

import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Search by beams: the most likely continuations so far go on side by side (Graves 2012; Wu and
 * others 2016, section 7 for the length penalty).
 *
 * @param count of beams, for each row
 * @param lengthPenalty the logarithm of a continuation's probability is divided by its length to
 *     this power; above 0 prefers longer ones
 * @param patience when a row is done
 */
record Beams(int count, double lengthPenalty, Patience patience) {
  /** When a row is done that has as many finished continuations as beams. */
  enum Patience {
    /** At once. */
    NONE,
    /** When the best open one, at its present length, is worse than all finished ones. */
    USUAL,
    /** When no open one can become better than the worst finished one. */
    ALL
  }

  Beams {
    Rules.require(count > 0, "number of beams", "at least 1", count);
  }

  /** A continuation that has ended. */
  private record Finished(Words words, double score, Continuation.End end) {}

  /** The beams of one row. */
  private final class Row {
    final List<Finished> finished = new ArrayList<>();
    boolean done;

    void add(Words words, double sum, Continuation.End end) {
      double length = Math.max(1, words.added());
      finished.add(new Finished(words, sum / Math.pow(length, lengthPenalty), end));
      finished.sort(Comparator.comparingDouble(Finished::score).reversed());
      if (finished.size() > count) {
        finished.removeLast();
      }
    }

    void judge(double bestSum, int length, int most) {
      if (finished.size() < count) {
        return;
      }
      double worst = finished.getLast().score;
      done |=
          switch (patience) {
            case NONE -> true;
            case USUAL -> worst >= bestSum / Math.pow(Math.max(1, length), lengthPenalty);
            case ALL ->
                worst >= bestSum / Math.pow(lengthPenalty > 0 ? most : length, lengthPenalty);
          };
    }
  }

  /** A beam with one more word. */
  private record Candidate(int beam, int word, double sum) {}

  List<Continuation> run(
      Decoder decoder,
      Map<String, Tensor> inputs,
      List<long[]> first,
      List<Rule> rules,
      Stop stop) {
    List<long[]> repeated = new ArrayList<>();
    first.forEach(
        row -> java.util.stream.IntStream.range(0, count).forEach(i -> repeated.add(row)));
    try (Rows rows = decoder.begin(inputs, repeated)) {
      return search(rows, first, rules, stop, decoder.decoding().limit());
    }
  }

  private List<Continuation> search(
      Rows rows, List<long[]> first, List<Rule> rules, Stop stop, long limit) {
    int inputs = first.size();
    List<Row> all = new ArrayList<>();
    Words[] words = new Words[inputs * count];
    double[] sums = new double[words.length];
    for (int i = 0; i < inputs; i++) {
      all.add(new Row());
      for (int k = 0; k < count; k++) {
        words[i * count + k] = new Words(first.get(i));
        // At first all beams are the same: one of them speaks for all.
        sums[i * count + k] = k == 0 ? 0 : Double.NEGATIVE_INFINITY;
      }
    }
    while (true) {
      int[] from = new int[words.length];
      long[] next = new long[words.length];
      boolean[] goesOn = new boolean[words.length];
      Words[] longer = words.clone();
      Arrays.setAll(from, r -> r);
      boolean open = false;
      for (int i = 0; i < inputs; i++) {
        Row row = all.get(i);
        if (row.done) {
          continue;
        }
        int base = i * count;
        int kept = 0;
        List<Candidate> candidates = candidates(rows, words, sums, base, rules, stop.ends().size());
        double bestSum = candidates.isEmpty() ? Double.NEGATIVE_INFINITY : candidates.get(0).sum;
        int length = words[base].added() + 1;
        for (int rank = 0; rank < candidates.size() && kept < count; rank++) {
          Candidate c = candidates.get(rank);
          Words grown = words[c.beam].copy();
          grown.add(c.word);
          var end = stop.of(grown);
          if (end.isPresent() && end.get() != Continuation.End.LENGTH) {
            // One that ends here counts only if it would have been kept.
            if (rank < count) {
              row.add(grown, c.sum, end.get());
            }
            continue;
          }
          longer[base + kept] = grown;
          sums[base + kept] = c.sum;
          from[base + kept] = c.beam;
          next[base + kept] = c.word;
          goesOn[base + kept] = true;
          kept++;
        }
        for (int k = kept; k < count; k++) {
          sums[base + k] = Double.NEGATIVE_INFINITY;
        }
        row.judge(bestSum, length, stop.words());
        boolean full = length >= stop.words() || limit > 0 && longer[base].size() > limit;
        if (full && !row.done) {
          for (int k = 0; k < kept; k++) {
            row.add(longer[base + k], sums[base + k], Continuation.End.LENGTH);
          }
        }
        row.done |= full || kept == 0;
        if (row.done) {
          Arrays.fill(goesOn, base, base + count, false);
        }
        open |= !row.done;
      }
      words = longer;
      if (!open || Thread.currentThread().isInterrupted()) {
        break;
      }
      rows.takeRows(from);
      rows.next(next, goesOn);
    }
    return results(all, words, sums);
  }

  private List<Continuation> results(List<Row> all, Words[] words, double[] sums) {
    List<Continuation> results = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      Row row = all.get(i);
      if (row.finished.isEmpty()) {
        row.add(words[i * count], sums[i * count], Continuation.End.CANCELLED);
      }
      Finished best = row.finished.get(0);
      results.add(new Continuation(best.words.newWords(), best.end, best.score));
    }
    return results;
  }

  /** The best words of all beams, enough of them even if all that end a row are among them. */
  private List<Candidate> candidates(
      Rows rows, Words[] words, double[] sums, int base, List<Rule> rules, int ends) {
    int wanted = Math.max(2, 1 + ends) * count;
    List<Candidate> found = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      int r = base + k;
      if (sums[r] == Double.NEGATIVE_INFINITY) {
        continue;
      }
      float[] numbers = rows.logits(r);
      double normalizer = logSumExp(numbers);
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = (float) (numbers[i] - normalizer);
      }
      Words row = words[r];
      rules.forEach(rule -> rule.apply(row, numbers));
      Likely likely = new Likely(numbers, wanted);
      for (int i = 0; i < Math.min(wanted, likely.size()); i++) {
        found.add(new Candidate(r, likely.id(i), sums[r] + likely.number(i)));
      }
    }
    found.sort(Comparator.comparingDouble(Candidate::sum).reversed());
    return found.subList(0, Math.min(wanted, found.size()));
  }

  private static double logSumExp(float[] numbers) {
    double max = Double.NEGATIVE_INFINITY;
    for (float number : numbers) {
      max = Math.max(max, number);
    }
    double sum = 0;
    for (float number : numbers) {
      sum += Math.exp(number - max);
    }
    return max + Math.log(sum);
  }
}
