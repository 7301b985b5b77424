package dev.gatun.train.metric;

import dev.gatun.core.tensor.GatunException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * BLEU of a corpus (Papineni et al. 2002), from 0 to 1: the geometric mean of the clipped n-gram
 * precisions, times a penalty for being shorter than the references.
 */
public final class Bleu implements TextMetric {
  private final int order;
  private final boolean smooth;
  private final long[] matches;
  private final long[] totals;
  private long candidateLength;
  private long referenceLength;

  /** The usual one: up to 4-grams, not smoothed. */
  public Bleu() {
    this(4, false);
  }

  /**
   * Up to {@code order}-grams.
   *
   * @param smooth adds one to matches and totals from 2-grams on (Lin and Och 2004), so that short
   *     texts do not score 0
   */
  public Bleu(int order, boolean smooth) {
    if (order < 1) {
      throw new GatunException("metric 'bleu' needs n-grams of at least 1 token, got " + order);
    }
    this.order = order;
    this.smooth = smooth;
    this.matches = new long[order];
    this.totals = new long[order];
  }

  @Override
  public String name() {
    return "bleu";
  }

  @Override
  public void update(List<String> candidate, List<List<String>> references) {
    NGrams.checkReferences(name(), references);
    candidateLength += candidate.size();
    referenceLength += closest(candidate.size(), references);
    for (int n = 1; n <= order; n++) {
      Map<List<String>, Integer> most = new HashMap<>();
      for (List<String> reference : references) {
        NGrams.count(reference, n).forEach((gram, count) -> most.merge(gram, count, Math::max));
      }
      matches[n - 1] += NGrams.overlap(NGrams.count(candidate, n), most);
      totals[n - 1] += Math.max(0, candidate.size() - n + 1);
    }
  }

  /** The reference length nearest to the candidate's, the shorter of two equally near. */
  private static int closest(int length, List<List<String>> references) {
    int best = references.get(0).size();
    for (List<String> reference : references) {
      int distance = Math.abs(reference.size() - length);
      int least = Math.abs(best - length);
      if (distance < least || distance == least && reference.size() < best) {
        best = reference.size();
      }
    }
    return best;
  }

  @Override
  public void merge(TextMetric other) {
    if (!(other instanceof Bleu more) || more.order != order || more.smooth != smooth) {
      throw new GatunException("metric 'bleu' cannot take in '" + other.name() + "'");
    }
    candidateLength += more.candidateLength;
    referenceLength += more.referenceLength;
    for (int n = 0; n < order; n++) {
      matches[n] += more.matches[n];
      totals[n] += more.totals[n];
    }
  }

  @Override
  public double result() {
    if (candidateLength == 0) {
      return referenceLength == 0 ? Double.NaN : 0;
    }
    double logs = 0;
    for (int n = 0; n < order; n++) {
      double more = smooth && n > 0 ? 1 : 0;
      logs += Math.log((matches[n] + more) / (totals[n] + more)) / order;
      if (totals[n] + more == 0) {
        return 0; // no text is as long as n tokens
      }
    }
    double brevity = Math.min(0, 1 - referenceLength / (double) candidateLength);
    return Math.exp(logs + brevity);
  }

  @Override
  public void reset() {
    Arrays.fill(matches, 0);
    Arrays.fill(totals, 0);
    candidateLength = 0;
    referenceLength = 0;
  }

  @Override
  public Bleu fresh() {
    return new Bleu(order, smooth);
  }
}
