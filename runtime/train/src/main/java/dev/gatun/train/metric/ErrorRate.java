package dev.gatun.train.metric;

import dev.gatun.core.tensor.GatunException;
import java.util.List;

/**
 * Edits (insertions, deletions, substitutions) that make the reference of the text, for each token
 * of the reference: word error rate when tokens are words, character error rate when they are
 * characters. Of several references the one with the fewest edits counts.
 */
public final class ErrorRate implements TextMetric {
  private final String name;
  private long edits;
  private long tokens;

  private ErrorRate(String name) {
    this.name = name;
  }

  /** For tokens that are words. */
  public static ErrorRate words() {
    return new ErrorRate("wer");
  }

  /** For tokens that are characters; {@link #characters(String)} makes them. */
  public static ErrorRate characters() {
    return new ErrorRate("cer");
  }

  /** A text's characters (Unicode code points) as tokens. */
  public static List<String> characters(String text) {
    return text.codePoints().mapToObj(Character::toString).toList();
  }

  /** The least number of edits that make one list of the other (Levenshtein). */
  public static int distance(List<String> a, List<String> b) {
    int[] before = new int[b.size() + 1];
    for (int j = 0; j < before.length; j++) {
      before[j] = j;
    }
    for (int i = 0; i < a.size(); i++) {
      int[] now = new int[b.size() + 1];
      now[0] = i + 1;
      for (int j = 0; j < b.size(); j++) {
        int substituted = before[j] + (a.get(i).equals(b.get(j)) ? 0 : 1);
        now[j + 1] = Math.min(substituted, Math.min(before[j + 1], now[j]) + 1);
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
    int least = Integer.MAX_VALUE;
    int length = 0;
    for (List<String> reference : references) {
      int distance = distance(candidate, reference);
      if (distance < least) {
        least = distance;
        length = reference.size();
      }
    }
    edits += least;
    tokens += length;
  }

  @Override
  public void merge(TextMetric other) {
    if (!(other instanceof ErrorRate more) || !more.name.equals(name)) {
      throw new GatunException("metric '" + name + "' cannot take in '" + other.name() + "'");
    }
    edits += more.edits;
    tokens += more.tokens;
  }

  /** Edits a token; infinite when nothing was to be said and something was. */
  @Override
  public double result() {
    return edits / (double) tokens;
  }

  @Override
  public void reset() {
    edits = 0;
    tokens = 0;
  }

  @Override
  public ErrorRate fresh() {
    return new ErrorRate(name);
  }

  @Override
  public boolean higherIsBetter() {
    return false;
  }
}
