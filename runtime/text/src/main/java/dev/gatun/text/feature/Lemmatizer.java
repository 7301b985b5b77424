package dev.gatun.text.feature;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Dictionary forms of English words, by a lexicon, forms that follow no rule, and the detachments
 * of WordNet's Morphy (Miller and others 1990). What comes out is a word of the lexicon, or the
 * word itself if none fits. Immutable.
 */
public final class Lemmatizer {
  private static final Map<PartOfSpeech, String[][]> DETACHMENTS =
      Map.of(
          PartOfSpeech.NOUN,
          new String[][] {
            {"s", ""},
            {"ses", "s"},
            {"ves", "f"},
            {"xes", "x"},
            {"zes", "z"},
            {"ches", "ch"},
            {"shes", "sh"},
            {"men", "man"},
            {"ies", "y"}
          },
          PartOfSpeech.VERB,
          new String[][] {
            {"s", ""},
            {"ies", "y"},
            {"es", "e"},
            {"es", ""},
            {"ed", "e"},
            {"ed", ""},
            {"ing", "e"},
            {"ing", ""}
          },
          PartOfSpeech.ADJECTIVE,
          new String[][] {{"er", ""}, {"est", ""}, {"er", "e"}, {"est", "e"}},
          PartOfSpeech.ADVERB,
          new String[][] {});

  private final Map<PartOfSpeech, Set<String>> lexicon = new EnumMap<>(PartOfSpeech.class);
  private final Map<PartOfSpeech, Map<String, String>> irregular =
      new EnumMap<>(PartOfSpeech.class);

  /**
   * A lemmatizer.
   *
   * @param lexicon dictionary forms in lower case
   * @param irregular forms that follow no rule, and their dictionary forms: better, good
   */
  public Lemmatizer(
      Map<PartOfSpeech, Set<String>> lexicon, Map<PartOfSpeech, Map<String, String>> irregular) {
    for (PartOfSpeech part : PartOfSpeech.values()) {
      this.lexicon.put(part, Set.copyOf(lexicon.getOrDefault(part, Set.of())));
      this.irregular.put(part, Map.copyOf(irregular.getOrDefault(part, Map.of())));
    }
    this.irregular.forEach(
        (part, forms) ->
            forms.forEach(
                (form, lemma) -> {
                  if (!has(part, lemma)) {
                    throw new IllegalArgumentException(
                        "'" + form + "' comes from '" + lemma + "', which the lexicon lacks");
                  }
                }));
  }

  private boolean has(PartOfSpeech part, String word) {
    return lexicon.getOrDefault(part, Set.of()).contains(word);
  }

  /** The dictionary form of a word that has this part in its sentence. */
  public String lemma(String form, PartOfSpeech part) {
    String word = form.toLowerCase(Locale.ROOT);
    String known = irregular.getOrDefault(part, Map.of()).get(word);
    if (known != null) {
      return known;
    }
    if (has(part, word)) {
      return word;
    }
    for (String candidate : candidates(word, part)) {
      if (has(part, candidate)) {
        return candidate;
      }
    }
    return word;
  }

  private static List<String> candidates(String word, PartOfSpeech part) {
    List<String> candidates = new ArrayList<>();
    for (String[] pair : DETACHMENTS.getOrDefault(part, new String[0][])) {
      if (word.endsWith(pair[0]) && word.length() > pair[0].length()) {
        String stem = word.substring(0, word.length() - pair[0].length());
        candidates.add(stem + pair[1]);
        int n = stem.length();
        // Running and bigger have a letter twice that their dictionary forms have once.
        if (pair[1].isEmpty() && n > 2 && stem.charAt(n - 1) == stem.charAt(n - 2)) {
          candidates.add(stem.substring(0, n - 1));
        }
      }
    }
    return candidates;
  }
}
