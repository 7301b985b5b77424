package dev.gatun.text.feature;

import dev.gatun.core.tensor.GatunException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Words with numbers from 0, and how often each was seen. Immutable. */
public final class WordVocabulary {
  /** How words are numbered. */
  public enum Order {
    /** The most frequent first, of equally frequent ones by the alphabet (code units). */
    FREQUENCY,
    /** By the alphabet (code units). */
    ALPHABET,
    /** As they come in the texts. */
    FIRST_SEEN
  }

  /**
   * Which words there are.
   *
   * @param order of the numbers
   * @param least how often a word must be seen
   * @param most how many entries there are, special ones too; the least frequent words are left out
   * @param special entries that come first whatever the texts say, such as padding
   * @param unknown the special entry that all other words count as
   */
  public record Rules(
      Order order, long least, int most, List<String> special, Optional<String> unknown) {
    /** All words, the most frequent first; others are an error. */
    public static final Rules DEFAULT =
        new Rules(Order.FREQUENCY, 1, Integer.MAX_VALUE, List.of(), Optional.empty());

    public Rules {
      special = List.copyOf(special);
      Set<String> different = new LinkedHashSet<>(special);
      unknown.ifPresent(different::add);
      if (least < 1 || most < Math.max(1, different.size())) {
        throw new GatunException(
            "vocabulary: words seen at least %d times, at most %d entries of which %d are special: expected 1 or more, and room for the special ones"
                .formatted(least, most, different.size()));
      }
      special = List.copyOf(different);
    }

    /** Another order. */
    public Rules order(Order other) {
      return new Rules(other, least, most, special, unknown);
    }

    /** Only words that are seen so often. */
    public Rules least(long count) {
      return new Rules(order, count, most, special, unknown);
    }

    /** At most so many entries. */
    public Rules most(int entries) {
      return new Rules(order, least, entries, special, unknown);
    }

    /** Entries that come first. */
    public Rules special(String... entries) {
      return new Rules(order, least, most, List.of(entries), unknown);
    }

    /** An entry that words count as which are no entries. */
    public Rules unknown(String entry) {
      return new Rules(order, least, most, special, Optional.of(entry));
    }
  }

  private final List<String> words;
  private final Map<String, Integer> ids = new HashMap<>();
  private final Map<String, Long> counts;
  private final Optional<String> unknown;

  private WordVocabulary(List<String> words, Map<String, Long> counts, Optional<String> unknown) {
    this.words = List.copyOf(words);
    this.words.forEach(word -> ids.put(word, ids.size()));
    this.counts = counts;
    this.unknown = unknown;
  }

  /**
   * Learns the words of texts.
   *
   * @param texts for each its words
   */
  public static WordVocabulary of(Iterable<List<String>> texts, Rules rules) {
    Map<String, Long> counts = new LinkedHashMap<>();
    for (List<String> text : texts) {
      text.forEach(word -> counts.merge(word, 1L, Long::sum));
    }
    List<String> seen = new ArrayList<>();
    counts.forEach(
        (word, count) -> {
          if (count >= rules.least() && !rules.special().contains(word)) {
            seen.add(word);
          }
        });
    Comparator<String> byCount = Comparator.comparing(word -> counts.getOrDefault(word, 0L));
    List<String> kept = new ArrayList<>(seen);
    kept.sort(byCount.reversed().thenComparing(Comparator.naturalOrder()));
    kept = kept.subList(0, Math.min(kept.size(), rules.most() - rules.special().size()));
    List<String> words = new ArrayList<>(rules.special());
    words.addAll(
        switch (rules.order()) {
          case FREQUENCY -> kept;
          case ALPHABET -> kept.stream().sorted().toList();
          case FIRST_SEEN -> seen.stream().filter(Set.copyOf(kept)::contains).toList();
        });
    return new WordVocabulary(words, counts, rules.unknown());
  }

  /** Number of entries. */
  public int size() {
    return words.size();
  }

  /** All entries by their numbers. */
  public List<String> words() {
    return words;
  }

  /** Whether a word is an entry. */
  public boolean contains(String word) {
    return ids.containsKey(word);
  }

  /** How often a word was seen, also one that was left out. */
  public long count(String word) {
    return counts.getOrDefault(word, 0L);
  }

  /**
   * The number of a word, or that of the entry for unknown ones.
   *
   * @throws GatunException if the word is no entry and there is none for unknown ones
   */
  public int id(String word) {
    Integer id = ids.get(word);
    if (id == null) {
      id =
          unknown
              .map(ids::get)
              .orElseThrow(
                  () ->
                      new GatunException(
                          "vocabulary: '"
                              + word
                              + "' is none of the "
                              + words.size()
                              + " words, and there is no entry for unknown ones"));
    }
    return id;
  }

  /** The numbers of words. */
  public long[] ids(List<String> text) {
    return text.stream().mapToLong(this::id).toArray();
  }

  /** The word with a number. */
  public String word(long id) {
    if (id < 0 || id >= words.size()) {
      throw new GatunException("vocabulary: no word has the number " + id + " of " + words.size());
    }
    return words.get((int) id);
  }
}
