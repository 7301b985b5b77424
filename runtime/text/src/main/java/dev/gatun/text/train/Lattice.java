package dev.gatun.text.train;

import dev.gatun.text.model.CharTrie;
import java.util.Arrays;
import java.util.List;

/** All ways to cut a word into pieces with given scores; every character must be a piece. */
final class Lattice {
  private final CharTrie trie;
  private final double[] scores;

  Lattice(List<String> pieces, double[] scores) {
    this.scores = scores;
    trie = new CharTrie(4 * pieces.size());
    for (int i = 0; i < scores.length; i++) {
      trie.put(pieces.get(i), i);
    }
  }

  private interface Edge {
    void at(int from, int to, int id);
  }

  private void forEach(int[] word, Edge edge) {
    for (int from = 0; from < word.length; from++) {
      int node = 0;
      for (int to = from; to < word.length && node >= 0; to++) {
        node = next(node, word[to]);
        if (node >= 0 && trie.value(node) >= 0) {
          edge.at(from, to + 1, trie.value(node));
        }
      }
    }
  }

  private int next(int node, int point) {
    if (Character.isBmpCodePoint(point)) {
      return trie.next(node, (char) point);
    }
    int half = trie.next(node, Character.highSurrogate(point));
    return half < 0 ? -1 : trie.next(half, Character.lowSurrogate(point));
  }

  /** The most probable cut; piece {@code without} is not used. */
  int[] best(int[] word, int without) {
    double[] best = new double[word.length + 1];
    int[] by = new int[word.length + 1];
    int[] back = new int[word.length + 1];
    Arrays.fill(best, Double.NEGATIVE_INFINITY);
    best[0] = 0;
    forEach(
        word,
        (from, to, id) -> {
          if (id != without && best[from] + scores[id] > best[to]) {
            best[to] = best[from] + scores[id];
            by[to] = id;
            back[to] = from;
          }
        });
    int[] path = new int[word.length];
    int size = 0;
    for (int at = word.length; at > 0; at = back[at]) {
      path[size++] = by[at];
    }
    return Arrays.copyOf(path, size);
  }

  /** Adds how often each piece is expected in a word that comes {@code count} times. */
  void addExpected(int[] word, long count, double[] expected) {
    double[] forward = new double[word.length + 1];
    double[] backward = new double[word.length + 1];
    Arrays.fill(forward, Double.NEGATIVE_INFINITY);
    Arrays.fill(backward, Double.NEGATIVE_INFINITY);
    forward[0] = 0;
    backward[word.length] = 0;
    int[][] edges = new int[3][64];
    int[] size = {0};
    forEach(
        word,
        (from, to, id) -> {
          forward[to] = logAdd(forward[to], forward[from] + scores[id]);
          if (size[0] == edges[0].length) {
            for (int i = 0; i < 3; i++) {
              edges[i] = Arrays.copyOf(edges[i], 2 * size[0]);
            }
          }
          edges[0][size[0]] = from;
          edges[1][size[0]] = to;
          edges[2][size[0]++] = id;
        });
    for (int e = size[0] - 1; e >= 0; e--) {
      int from = edges[0][e];
      backward[from] = logAdd(backward[from], backward[edges[1][e]] + scores[edges[2][e]]);
    }
    double total = forward[word.length];
    for (int e = 0; e < size[0]; e++) {
      int id = edges[2][e];
      double path = forward[edges[0][e]] + scores[id] + backward[edges[1][e]];
      expected[id] += count * Math.exp(path - total);
    }
  }

  private static double logAdd(double a, double b) {
    double high = Math.max(a, b);
    double low = Math.min(a, b);
    return low == Double.NEGATIVE_INFINITY ? high : high + Math.log1p(Math.exp(low - high));
  }
}
