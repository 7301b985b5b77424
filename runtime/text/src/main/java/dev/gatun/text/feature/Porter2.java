package dev.gatun.text.feature;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One word on its way through Porter's second algorithm, as of Snowball 3. A Y is a y that counts
 * as a consonant; region 1 begins behind the first consonant after a vowel, region 2 is region 1 of
 * region 1.
 */
final class Porter2 {
  private static final Map<String, String> SPECIAL =
      Map.ofEntries(
          Map.entry("skis", "ski"),
          Map.entry("skies", "sky"),
          Map.entry("dying", "die"),
          Map.entry("lying", "lie"),
          Map.entry("tying", "tie"),
          Map.entry("idly", "idl"),
          Map.entry("gently", "gentl"),
          Map.entry("ugly", "ugli"),
          Map.entry("early", "earli"),
          Map.entry("only", "onli"),
          Map.entry("singly", "singl"),
          Map.entry("sky", "sky"),
          Map.entry("news", "news"),
          Map.entry("howe", "howe"),
          Map.entry("atlas", "atlas"),
          Map.entry("cosmos", "cosmos"),
          Map.entry("bias", "bias"),
          Map.entry("andes", "andes"));

  private static final Set<String> WHOLE =
      Set.of(
          "inning", "outing", "canning", "herring", "earring", "evening", "proceed", "exceed",
          "succeed");

  /**
   * Begins that would make one stem of unlike words: universe and university, organ and organize.
   */
  private static final List<String> APART =
      List.of("arsen", "commun", "emerg", "gener", "inter", "later", "organ", "past", "univers");

  /** Longest first. */
  private static final String[][] STEP2 = {
    {"ational", "ate"},
    {"fulness", "ful"},
    {"iveness", "ive"},
    {"ization", "ize"},
    {"ousness", "ous"},
    {"biliti", "ble"},
    {"lessli", "less"},
    {"tional", "tion"},
    {"alism", "al"},
    {"aliti", "al"},
    {"ation", "ate"},
    {"entli", "ent"},
    {"fulli", "ful"},
    {"iviti", "ive"},
    {"ogist", "og"},
    {"ousli", "ous"},
    {"abli", "able"},
    {"alli", "al"},
    {"anci", "ance"},
    {"ator", "ate"},
    {"enci", "ence"},
    {"izer", "ize"},
    {"bli", "ble"},
    {"ogi", "og"},
    {"li", ""}
  };

  private static final String[][] STEP3 = {
    {"ational", "ate"},
    {"tional", "tion"},
    {"alize", "al"},
    {"ative", ""},
    {"icate", "ic"},
    {"iciti", "ic"},
    {"ical", "ic"},
    {"ness", ""},
    {"ful", ""}
  };

  private static final String[] STEP4 = {
    "ement", "able", "ance", "ence", "ible", "ment", "ant", "ate", "ent", "ion", "ism", "iti",
    "ive", "ize", "ous", "al", "er", "ic"
  };

  private String word;
  private int first;
  private int second;

  Porter2(String word) {
    this.word = word;
  }

  String stem() {
    if (word.length() <= 2) {
      return word;
    }
    word = word.startsWith("'") ? word.substring(1) : word;
    String special = SPECIAL.get(word);
    if (special != null) {
      return special;
    }
    markConsonants();
    first = firstRegion();
    second = region(first);
    possessive();
    plurals();
    if (WHOLE.contains(word)) {
      return word;
    }
    pastAndProgressive();
    int n = word.length();
    if (n > 2 && "yY".indexOf(word.charAt(n - 1)) >= 0 && !vowel(n - 2)) {
      word = word.substring(0, n - 1) + "i";
    }
    adverbsAndNouns();
    adjectives();
    endings();
    lastLetters();
    return word.replace('Y', 'y');
  }

  private void markConsonants() {
    StringBuilder marked = new StringBuilder(word);
    for (int i = 0; i < marked.length(); i++) {
      if (marked.charAt(i) == 'y' && (i == 0 || isVowel(marked.charAt(i - 1)))) {
        marked.setCharAt(i, 'Y');
      }
    }
    word = marked.toString();
  }

  private static boolean isVowel(char c) {
    return "aeiouy".indexOf(c) >= 0;
  }

  private boolean vowel(int i) {
    return isVowel(word.charAt(i));
  }

  private int firstRegion() {
    for (String prefix : APART) {
      if (word.startsWith(prefix)) {
        return prefix.length();
      }
    }
    return region(0);
  }

  /** Behind the first consonant after a vowel. */
  private int region(int from) {
    for (int i = from + 1; i < word.length(); i++) {
      if (!vowel(i) && vowel(i - 1)) {
        return i + 1;
      }
    }
    return word.length();
  }

  private boolean ends(String suffix) {
    return word.endsWith(suffix);
  }

  private String cut(String suffix) {
    return word.substring(0, word.length() - suffix.length());
  }

  /** Whether a suffix begins in a region. */
  private boolean within(String suffix, int region) {
    return word.length() - suffix.length() >= region;
  }

  private static boolean hasVowel(String part) {
    return part.chars().anyMatch(c -> isVowel((char) c));
  }

  private void possessive() {
    for (String suffix : new String[] {"'s'", "'s", "'"}) {
      if (ends(suffix)) {
        word = cut(suffix);
        return;
      }
    }
  }

  private void plurals() {
    if (ends("sses")) {
      word = cut("es");
    } else if (ends("ied") || ends("ies")) {
      word =
          word.length() > 4
              ? word.substring(0, word.length() - 2)
              : word.substring(0, word.length() - 1);
    } else if (ends("s") && !ends("us") && !ends("ss")) {
      // A vowel right before the s does not count: gas stays, gaps loses it.
      if (word.length() > 2 && hasVowel(word.substring(0, word.length() - 2))) {
        word = cut("s");
      }
    }
  }

  private void pastAndProgressive() {
    for (String suffix : new String[] {"eedly", "eed"}) {
      if (ends(suffix)) {
        word = within(suffix, first) ? cut(suffix) + "ee" : word;
        return;
      }
    }
    for (String suffix : new String[] {"ingly", "edly", "ing", "ed"}) {
      if (ends(suffix)) {
        if (hasVowel(cut(suffix))) {
          word = cut(suffix);
          repair();
        }
        return;
      }
    }
  }

  private void repair() {
    if (ends("at") || ends("bl") || ends("iz")) {
      word += "e";
    } else if (word.length() > 1
        && word.charAt(word.length() - 1) == word.charAt(word.length() - 2)
        && "bdfgmnprt".indexOf(word.charAt(word.length() - 1)) >= 0) {
      // Add, egg and off keep both letters.
      boolean whole = word.length() == 3 && "aeo".indexOf(word.charAt(0)) >= 0;
      word = whole ? word : word.substring(0, word.length() - 1);
    } else if (first >= word.length() && endsShort(word)) {
      word += "e";
    }
  }

  /** Vowel and consonant (no w, x, Y) behind a consonant, or the two as the whole word. */
  private static boolean endsShort(String part) {
    int n = part.length();
    if (n == 2) {
      return isVowel(part.charAt(0)) && !isVowel(part.charAt(1));
    }
    return n > 2
        && !isVowel(part.charAt(n - 1))
        && "wxY".indexOf(part.charAt(n - 1)) < 0
        && isVowel(part.charAt(n - 2))
        && !isVowel(part.charAt(n - 3));
  }

  private void adverbsAndNouns() {
    for (String[] pair : STEP2) {
      if (ends(pair[0])) {
        String rest = cut(pair[0]);
        char before = rest.isEmpty() ? ' ' : rest.charAt(rest.length() - 1);
        boolean fits =
            switch (pair[0]) {
              case "ogi" -> before == 'l';
              case "li" -> "cdeghkmnrt".indexOf(before) >= 0;
              default -> true;
            };
        word = fits && within(pair[0], first) ? rest + pair[1] : word;
        return;
      }
    }
  }

  private void adjectives() {
    for (String[] pair : STEP3) {
      if (ends(pair[0])) {
        int region = pair[0].equals("ative") ? second : first;
        word = within(pair[0], region) ? cut(pair[0]) + pair[1] : word;
        return;
      }
    }
  }

  private void endings() {
    for (String suffix : STEP4) {
      if (ends(suffix)) {
        String rest = cut(suffix);
        boolean fits = !suffix.equals("ion") || rest.endsWith("s") || rest.endsWith("t");
        word = fits && within(suffix, second) ? rest : word;
        return;
      }
    }
  }

  private void lastLetters() {
    if (ends("e")) {
      boolean off = within("e", second) || within("e", first) && !endsShort(cut("e"));
      word = off ? cut("e") : word;
    } else if (ends("ll") && within("l", second)) {
      word = cut("l");
    }
  }
}
