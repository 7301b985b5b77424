package dev.gatun.text.feature;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Counts of words and n-grams over a vocabulary learned from texts. Words are runs of at least two
 * word characters in lower case; the vocabulary is in alphabetical order. Immutable.
 */
public final class BagOfWords {
  private static final Pattern WORD =
      Pattern.compile("[\\p{IsAlphabetic}\\p{M}\\p{Nd}\\p{Pc}]{2,}");

  private final int shortest;
  private final int longest;
  private final Set<String> stopWords;
  private final List<String> vocabulary;
  private final Map<String, Integer> places = new TreeMap<>();
  private final int[] documentFrequency;
  private final int documents;

  private BagOfWords(
      List<String> texts,
      Optional<List<String>> given,
      int shortest,
      int longest,
      Set<String> stopWords) {
    this.shortest = shortest;
    this.longest = longest;
    this.stopWords = Set.copyOf(stopWords);
    List<Set<String>> terms = new ArrayList<>();
    Set<String> all = new TreeSet<>();
    for (String text : texts) {
      Set<String> found = new HashSet<>(terms(text));
      terms.add(found);
      all.addAll(found);
    }
    vocabulary = given.orElse(List.copyOf(all));
    for (String term : vocabulary) {
      if (places.put(term, places.size()) != null) {
        throw new IllegalArgumentException("the vocabulary has '" + term + "' twice");
      }
    }
    documents = texts.size();
    documentFrequency = new int[vocabulary.size()];
    for (Set<String> found : terms) {
      for (String term : found) {
        Integer place = places.get(term);
        if (place != null) {
          documentFrequency[place]++;
        }
      }
    }
  }

  /** Learns the words of texts. */
  public static BagOfWords of(List<String> texts) {
    return of(texts, 1, 1, Set.of());
  }

  /**
   * Learns the n-grams of texts.
   *
   * @param shortest words of the shortest n-grams, from 1
   * @param longest words of the longest ones
   * @param stopWords words that are left out
   */
  public static BagOfWords of(
      List<String> texts, int shortest, int longest, Set<String> stopWords) {
    if (shortest < 1 || longest < shortest) {
      throw new IllegalArgumentException(
          "n-grams of "
              + shortest
              + " to "
              + longest
              + " words: expected 1 <= shortest <= longest");
    }
    return new BagOfWords(texts, Optional.empty(), shortest, longest, stopWords);
  }

  /**
   * Counts the words of a vocabulary that is known already.
   *
   * @param vocabulary words in lower case, in the order of the columns
   * @param texts in how many of these a word is, decides its inverse document frequency
   */
  public static BagOfWords over(List<String> vocabulary, List<String> texts) {
    return new BagOfWords(texts, Optional.of(List.copyOf(vocabulary)), 1, 1, Set.of());
  }

  /** The terms, in the order of the columns. */
  public List<String> vocabulary() {
    return vocabulary;
  }

  private List<String> terms(String text) {
    List<String> words =
        WORD.matcher(text.toLowerCase(Locale.ROOT))
            .results()
            .map(MatchResult::group)
            .filter(word -> !stopWords.contains(word))
            .toList();
    List<String> terms = new ArrayList<>();
    for (int n = shortest; n <= longest; n++) {
      for (int i = 0; i + n <= words.size(); i++) {
        terms.add(String.join(" ", words.subList(i, i + n)));
      }
    }
    return terms;
  }

  /** How often each term is in a text; other terms do not count. */
  public int[] counts(String text) {
    int[] counts = new int[vocabulary.size()];
    for (String term : terms(text)) {
      Integer place = places.get(term);
      if (place != null) {
        counts[place]++;
      }
    }
    return counts;
  }

  /** 1 for each term that is in a text, otherwise 0. */
  public int[] binary(String text) {
    return Arrays.stream(counts(text)).map(count -> Math.min(count, 1)).toArray();
  }

  /** The share that each term has in all terms of a text, also those of no column. */
  public double[] frequencies(String text) {
    int all = Math.max(terms(text).size(), 1);
    return Arrays.stream(counts(text)).mapToDouble(count -> (double) count / all).toArray();
  }

  /**
   * ln(n / df) of each term: 0 for one that is in all texts, and for one that is in none, of which
   * nothing is known.
   */
  public double[] inverseFrequencies() {
    return Arrays.stream(documentFrequency)
        .mapToDouble(df -> df == 0 ? 0 : Math.log((double) documents / df))
        .toArray();
  }

  /** The plain formula: share in the text times ln(n / df), nothing smoothed or normalized. */
  public double[] tfIdf(String text) {
    double[] values = frequencies(text);
    double[] inverse = inverseFrequencies();
    for (int i = 0; i < values.length; i++) {
      values[i] *= inverse[i];
    }
    return values;
  }

  /** How often each term is in each text; memory is that of the terms that are there. */
  public SparseMatrix matrix(List<String> texts) {
    List<SortedMap<Integer, Double>> rows = new ArrayList<>();
    for (String text : texts) {
      SortedMap<Integer, Double> row = new TreeMap<>();
      for (String term : terms(text)) {
        Integer place = places.get(term);
        if (place != null) {
          row.merge(place, 1.0, Double::sum);
        }
      }
      rows.add(row);
    }
    return SparseMatrix.of(vocabulary.size(), rows);
  }

  /**
   * Counts times inverse document frequency, as scikit-learn has it.
   *
   * @param smooth ln((1 + n) / (1 + df)) + 1 instead of ln(n / df) + 1
   * @param unit divide by the Euclidean norm
   */
  public double[] tfIdf(String text, boolean smooth, boolean unit) {
    int[] counts = counts(text);
    double[] values = new double[counts.length];
    double squares = 0;
    for (int i = 0; i < values.length; i++) {
      double more = smooth ? 1 : 0;
      double inverse = Math.log((more + documents) / (more + documentFrequency[i])) + 1;
      values[i] = counts[i] * inverse;
      squares += values[i] * values[i];
    }
    for (int i = 0; unit && squares > 0 && i < values.length; i++) {
      values[i] /= Math.sqrt(squares);
    }
    return values;
  }
}
