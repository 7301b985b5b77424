package dev.gatun.text.feature;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Function;

/**
 * Words as points: vectors that were learnt elsewhere, in which similar words are near. Reads the
 * text format of word2vec (a first line with count and width) and GloVe (none), and word2vec's
 * binary format. Immutable.
 */
public final class WordVectors {
  /** A word and the cosine of the angle between it and what was asked for. */
  public record Near(String word, double cosine) {}

  private final List<String> words;
  private final Map<String, Integer> places;
  private final int width;
  private final float[] values;
  private final double[] lengths;

  /**
   * Words with their vectors.
   *
   * @param values row by row
   */
  WordVectors(List<String> words, int width, float[] values) {
    this.words = List.copyOf(words);
    this.width = width;
    this.values = values;
    places = HashMap.newHashMap(words.size());
    lengths = new double[words.size()];
    for (int i = 0; i < lengths.length; i++) {
      // Of words that come twice the first counts, as in the usual readers of these files.
      places.putIfAbsent(this.words.get(i), i);
      lengths[i] = Math.sqrt(dot(values, i * width, values, i * width));
    }
  }

  /** Words with their vectors [words, width]. */
  public static WordVectors of(List<String> words, Tensor vectors) {
    if (vectors.shape().rank() != 2 || vectors.shape().size(0) != words.size()) {
      throw new GatunException(
          "word vectors: %d words need [%d, width], got %s"
              .formatted(words.size(), words.size(), vectors.shape()));
    }
    return new WordVectors(
        words, Math.toIntExact(vectors.shape().size(1)), vectors.toFloats().clone());
  }

  /** Reads a text file of word2vec or GloVe. */
  public static WordVectors text(Path file) {
    return WordVectorFile.text(file);
  }

  /** Reads a binary file of word2vec. */
  public static WordVectors binary(Path file) {
    return WordVectorFile.binary(file);
  }

  /** All words, in the order of the file (usually the most frequent first). */
  public List<String> words() {
    return words;
  }

  /** Number of elements of a vector. */
  public int width() {
    return width;
  }

  /** Whether a word has a vector. */
  public boolean contains(String word) {
    return places.containsKey(word);
  }

  /** The vector of a word. */
  public float[] vector(String word) {
    int from = place(word) * width;
    return Arrays.copyOfRange(values, from, from + width);
  }

  private int place(String word) {
    Integer place = places.get(word);
    if (place == null) {
      throw new GatunException(
          "word vectors: '" + word + "' is none of the " + words.size() + " words");
    }
    return place;
  }

  /** The cosine of the angle between two words, 0 where one is the origin. */
  public double cosine(String a, String b) {
    int i = place(a);
    int j = place(b);
    double product = lengths[i] * lengths[j];
    return product == 0 ? 0 : dot(values, i * width, values, j * width) / product;
  }

  /** The words nearest to another, without itself, the nearest first. */
  public List<Near> nearest(String word, int count) {
    return nearest(vector(word), count, Set.of(word));
  }

  /** The words nearest to a vector, without some, the nearest first. */
  public List<Near> nearest(float[] vector, int count, Set<String> without) {
    if (vector.length != width) {
      throw new GatunException(
          "word vectors: a vector of %d elements among words of %d"
              .formatted(vector.length, width));
    }
    double length = Math.sqrt(dot(vector, 0, vector, 0));
    Comparator<Near> further =
        Comparator.comparingDouble(Near::cosine)
            .thenComparing(Comparator.comparing(Near::word).reversed());
    PriorityQueue<Near> best = new PriorityQueue<>(further);
    for (int i = 0; i < lengths.length; i++) {
      String word = words.get(i);
      double product = length * lengths[i];
      if (product == 0 || without.contains(word) || place(word) != i) {
        continue;
      }
      best.add(new Near(word, dot(vector, 0, values, i * width) / product));
      if (best.size() > count) {
        best.remove();
      }
    }
    List<Near> found = new ArrayList<>(best);
    found.sort(further.reversed());
    return found;
  }

  private double dot(float[] a, int fromA, float[] b, int fromB) {
    double sum = 0;
    for (int k = 0; k < width; k++) {
      sum += a[fromA + k] * (double) b[fromB + k];
    }
    return sum;
  }

  /**
   * First rows of a table of embeddings, [entries, width].
   *
   * @param entries of a vocabulary, by their numbers
   * @param missing the row of an entry that has no vector here, of the same width
   */
  public Tensor table(List<String> entries, Function<String, float[]> missing) {
    float[] rows = new float[Math.multiplyExact(entries.size(), width)];
    for (int i = 0; i < entries.size(); i++) {
      String word = entries.get(i);
      float[] row = contains(word) ? vector(word) : missing.apply(word);
      if (row.length != width) {
        throw new GatunException(
            "word vectors: the row of '%s' has %d elements instead of %d"
                .formatted(word, row.length, width));
      }
      System.arraycopy(row, 0, rows, i * width, width);
    }
    return Tensor.of(rows, entries.size(), width);
  }

  /** First rows of a table of embeddings; entries without a vector get zeros. */
  public Tensor table(List<String> entries) {
    return table(entries, word -> new float[width]);
  }
}
