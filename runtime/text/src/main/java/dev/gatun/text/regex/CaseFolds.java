package dev.gatun.text.regex;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Strings that are one character in another case, such as "ss" for the sharp s. */
final class CaseFolds {
  private static final Set<String> EXPANSIONS = new HashSet<>();

  static {
    for (int c = 0x80; c < 0xFB20; c++) {
      String plain = Character.isSurrogate((char) c) ? "" : Character.toString(c);
      String fold = plain.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
      if (fold.codePointCount(0, fold.length()) > 1) {
        EXPANSIONS.add(fold);
      }
    }
  }

  interface Refusal {
    UnsupportedPatternException because(String what);
  }

  static void refuseExpansions(String literals, Refusal refusal)
      throws UnsupportedPatternException {
    String lower = literals.toLowerCase(Locale.ROOT);
    for (int from = Math.max(0, lower.length() - 3); from < lower.length() - 1; from++) {
      if (EXPANSIONS.contains(lower.substring(from))) {
        throw refusal.because(
            "'%s' without regard to case also is one character, which the JDK does not match"
                .formatted(lower.substring(from)));
      }
    }
    int last = lower.codePointBefore(lower.length());
    if (EXPANSIONS.contains(
        Character.toString(last).toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT))) {
      throw refusal.because("this character has several in another case");
    }
  }

  private CaseFolds() {}
}
