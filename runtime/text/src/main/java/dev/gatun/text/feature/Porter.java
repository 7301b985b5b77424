package dev.gatun.text.feature;

import java.util.Map;

/** One word on its way through the five steps of Porter's algorithm (1980). */
final class Porter {
  private static final String[][] STEP2 = {
    {"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"}, {"anci", "ance"}, {"izer", "ize"},
    {"bli", "ble"}, {"alli", "al"}, {"entli", "ent"}, {"eli", "e"}, {"ousli", "ous"},
    {"ization", "ize"}, {"ation", "ate"}, {"ator", "ate"}, {"alism", "al"}, {"iveness", "ive"},
    {"fulness", "ful"}, {"ousness", "ous"}, {"aliti", "al"}, {"iviti", "ive"}, {"biliti", "ble"},
    {"logi", "log"}
  };

  private static final Map<String, String> STEP3 =
      Map.of(
          "icate", "ic", "ative", "", "alize", "al", "iciti", "ic", "ical", "ic", "ful", "", "ness",
          "");

  private static final String[] STEP4 = {
    "ement", "ment", "ent", "ance", "ence", "able", "ible", "ant", "ion", "al", "er", "ic", "ou",
    "ism", "ate", "iti", "ous", "ive", "ize"
  };

  private String word;

  Porter(String word) {
    this.word = word;
  }

  String stem() {
    if (word.length() <= 2) {
      return word;
    }
    plurals();
    pastAndProgressive();
    if (word.endsWith("y") && hasVowel(cut("y"))) {
      word = cut("y") + "i";
    }
    for (String[] pair : STEP2) {
      if (word.endsWith(pair[0])) {
        replace(pair[0], pair[1], 0);
        break;
      }
    }
    for (Map.Entry<String, String> pair : STEP3.entrySet()) {
      if (word.endsWith(pair.getKey())) {
        replace(pair.getKey(), pair.getValue(), 0);
        break;
      }
    }
    for (String suffix : STEP4) {
      if (word.endsWith(suffix)) {
        String rest = cut(suffix);
        if (!suffix.equals("ion") || rest.endsWith("s") || rest.endsWith("t")) {
          replace(suffix, "", 1);
        }
        break;
      }
    }
    if (word.endsWith("e")) {
      String rest = cut("e");
      int measure = measure(rest);
      if (measure > 1 || measure == 1 && !endsShort(rest)) {
        word = rest;
      }
    }
    if (word.endsWith("ll") && measure(word) > 1) {
      word = cut("l");
    }
    return word;
  }

  private void plurals() {
    if (word.endsWith("sses") || word.endsWith("ies")) {
      word = cut("es");
    } else if (word.endsWith("s") && !word.endsWith("ss")) {
      word = cut("s");
    }
  }

  private void pastAndProgressive() {
    if (word.endsWith("eed")) {
      replace("eed", "ee", 0);
      return;
    }
    String suffix = word.endsWith("ed") ? "ed" : "ing";
    if (!word.endsWith(suffix) || !hasVowel(cut(suffix))) {
      return;
    }
    word = cut(suffix);
    if (word.endsWith("at") || word.endsWith("bl") || word.endsWith("iz")) {
      word += "e";
    } else if (endsDouble()) {
      char last = word.charAt(word.length() - 1);
      if (last != 'l' && last != 's' && last != 'z') {
        word = word.substring(0, word.length() - 1);
      }
    } else if (measure(word) == 1 && endsShort(word)) {
      word += "e";
    }
  }

  private String cut(String suffix) {
    return word.substring(0, word.length() - suffix.length());
  }

  private void replace(String suffix, String by, int above) {
    if (measure(cut(suffix)) > above) {
      word = cut(suffix) + by;
    }
  }

  private boolean endsDouble() {
    int n = word.length();
    return n > 1 && word.charAt(n - 1) == word.charAt(n - 2) && consonant(word, n - 1);
  }

  /** A y behind a consonant is a vowel. */
  private static boolean consonant(String word, int i) {
    return switch (word.charAt(i)) {
      case 'a', 'e', 'i', 'o', 'u' -> false;
      case 'y' -> i == 0 || !consonant(word, i - 1);
      default -> true;
    };
  }

  private static boolean hasVowel(String word) {
    for (int i = 0; i < word.length(); i++) {
      if (!consonant(word, i)) {
        return true;
      }
    }
    return false;
  }

  /** How often consonants follow vowels. */
  private static int measure(String word) {
    int count = 0;
    for (int i = 1; i < word.length(); i++) {
      count += consonant(word, i) && !consonant(word, i - 1) ? 1 : 0;
    }
    return count;
  }

  /** Consonant, vowel, consonant that is no w, x or y. */
  private static boolean endsShort(String word) {
    int n = word.length();
    return n > 2
        && consonant(word, n - 1)
        && !consonant(word, n - 2)
        && consonant(word, n - 3)
        && "wxy".indexOf(word.charAt(n - 1)) < 0;
  }
}
