package dev.gatun.text.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeSet;

/**
 * Byte-pair encoding's training: the most frequent pair of neighbours becomes a token, again and
 * again. Of equally frequent pairs the one with the lower ids, so that results are the same on
 * every machine.
 */
final class PairMerges {
  private final List<String> tokens = new ArrayList<>();
  private final Map<String, Integer> ids = new HashMap<>();
  private final List<String[]> merges = new ArrayList<>();
  private final String prefix;
  private final String suffix;

  /** Symbols of each word. */
  private int[][] words = new int[0][];

  private long[] counts = new long[0];
  private final Map<Long, Pair> pairs = new HashMap<>();

  /** How often a pair comes, and in which words it may come. */
  private static final class Pair {
    final long key;
    long count;
    final TreeSet<Integer> words = new TreeSet<>();

    Pair(long key) {
      this.key = key;
    }
  }

  private record Candidate(long key, long count) implements Comparable<Candidate> {
    @Override
    public int compareTo(Candidate other) {
      int byCount = Long.compare(other.count, count);
      return byCount != 0 ? byCount : Long.compare(key, other.key);
    }
  }

  /**
   * @param first tokens that come before all others
   * @param prefix of symbols that do not begin a word
   * @param suffix of symbols that end one
   */
  PairMerges(List<String> first, String prefix, String suffix) {
    this.prefix = prefix;
    this.suffix = suffix;
    first.forEach(this::token);
  }

  private int token(String token) {
    Integer known = ids.putIfAbsent(token, tokens.size());
    if (known == null) {
      tokens.add(token);
      return tokens.size() - 1;
    }
    return known;
  }

  List<String> tokens() {
    return tokens;
  }

  List<String[]> merges() {
    return merges;
  }

  /**
   * Learns up to {@code size} tokens from sorted words that come at least {@code least} times as
   * pairs.
   */
  void learn(Map<String, Long> texts, Set<String> alphabet, int size, long least) {
    TreeSet<Integer> points = new TreeSet<>();
    alphabet.forEach(each -> points.add(each.codePointAt(0)));
    texts.keySet().forEach(word -> word.codePoints().forEach(points::add));
    points.forEach(point -> token(Character.toString(point)));
    symbols(texts);
    PriorityQueue<Candidate> queue = new PriorityQueue<>();
    for (int word = 0; word < words.length; word++) {
      count(word, 1);
    }
    pairs.values().forEach(pair -> queue.add(new Candidate(pair.key, pair.count)));
    while (tokens.size() < size && !queue.isEmpty()) {
      Candidate best = queue.poll();
      Pair pair = pairs.get(best.key);
      if (pair == null || pair.count != best.count) {
        continue; // the pair has other candidates for its present count
      }
      if (pair.count < Math.max(1, least)) {
        break;
      }
      merge(pair, queue);
    }
  }

  private void symbols(Map<String, Long> texts) {
    words = new int[texts.size()][];
    counts = new long[texts.size()];
    int word = 0;
    for (Map.Entry<String, Long> entry : texts.entrySet()) {
      int[] points = entry.getKey().codePoints().toArray();
      int[] symbols = new int[points.length];
      for (int i = 0; i < points.length; i++) {
        symbols[i] =
            token(
                (i == 0 ? "" : prefix)
                    + Character.toString(points[i])
                    + (i == points.length - 1 ? suffix : ""));
      }
      words[word] = symbols;
      counts[word++] = entry.getValue();
    }
  }

  private void count(int word, int sign) {
    int[] symbols = words[word];
    for (int i = 0; i + 1 < symbols.length; i++) {
      long key = (long) symbols[i] << 32 | symbols[i + 1];
      Pair pair = pairs.computeIfAbsent(key, Pair::new);
      pair.count += sign * counts[word];
      if (sign > 0) {
        pair.words.add(word);
      }
    }
  }

  private void merge(Pair pair, PriorityQueue<Candidate> queue) {
    int left = (int) (pair.key >>> 32);
    int right = (int) pair.key;
    String second = tokens.get(right);
    int merged =
        token(
            tokens.get(left)
                + (second.startsWith(prefix) ? second.substring(prefix.length()) : second));
    merges.add(new String[] {tokens.get(left), second});
    TreeSet<Long> changed = new TreeSet<>();
    for (int word : List.copyOf(pair.words)) {
      collect(word, changed);
      count(word, -1);
      words[word] = joined(words[word], left, right, merged);
      count(word, 1);
      collect(word, changed);
    }
    pairs.remove(pair.key);
    for (long key : changed) {
      Pair other = pairs.get(key);
      if (other != null && other.count > 0) {
        queue.add(new Candidate(key, other.count));
      } else {
        pairs.remove(key);
      }
    }
  }

  private void collect(int word, Set<Long> keys) {
    int[] symbols = words[word];
    for (int i = 0; i + 1 < symbols.length; i++) {
      keys.add((long) symbols[i] << 32 | symbols[i + 1]);
    }
  }

  private static int[] joined(int[] symbols, int left, int right, int merged) {
    int[] out = new int[symbols.length];
    int size = 0;
    for (int i = 0; i < symbols.length; i++) {
      boolean both = i + 1 < symbols.length && symbols[i] == left && symbols[i + 1] == right;
      out[size++] = both ? merged : symbols[i];
      i += both ? 1 : 0;
    }
    return Arrays.copyOf(out, size);
  }
}
