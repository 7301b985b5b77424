package dev.gatun.train.metric;

import java.util.Arrays;
import java.util.List;

/** METEOR of one text: words are matched one to one, in as few contiguous chunks as is found. */
final class Meteor {
  static double score(List<String> candidate, List<String> reference) {
    int[] match = align(candidate, reference);
    int matches = 0;
    int chunks = 0;
    for (int i = 0; i < match.length; i++) {
      if (match[i] >= 0) {
        matches++;
        boolean goesOn = i > 0 && match[i - 1] >= 0 && match[i] == match[i - 1] + 1;
        chunks += goesOn ? 0 : 1;
      }
    }
    if (matches == 0) {
      return 0;
    }
    double precision = matches / (double) candidate.size();
    double recall = matches / (double) reference.size();
    double mean = 10 * precision * recall / (recall + 9 * precision);
    return mean * (1 - 0.5 * Math.pow(chunks / (double) matches, 3));
  }

  /**
   * For each word the place of its match or -1: the longest runs of free words that both texts have
   * are matched first, which gives the greatest number of matches and few chunks.
   */
  private static int[] align(List<String> candidate, List<String> reference) {
    int[] match = new int[candidate.size()];
    Arrays.fill(match, -1);
    boolean[] used = new boolean[reference.size()];
    while (true) {
      int bestLength = 0;
      int bestFrom = 0;
      int bestTo = 0;
      for (int i = 0; i < match.length; i++) {
        for (int j = 0; j < used.length; j++) {
          int length = 0;
          while (i + length < match.length
              && j + length < used.length
              && match[i + length] < 0
              && !used[j + length]
              && candidate.get(i + length).equals(reference.get(j + length))) {
            length++;
          }
          if (length > bestLength) {
            bestLength = length;
            bestFrom = i;
            bestTo = j;
          }
        }
      }
      if (bestLength == 0) {
        return match;
      }
      for (int k = 0; k < bestLength; k++) {
        match[bestFrom + k] = bestTo + k;
        used[bestTo + k] = true;
      }
    }
  }

  private Meteor() {}
}
