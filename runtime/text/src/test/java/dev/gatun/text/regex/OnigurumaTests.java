package dev.gatun.text.regex;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Constructs that Oniguruma and the JDK write alike but mean differently. */
class OnigurumaTests {
  private static List<String> find(String pattern, String text) throws Exception {
    Matches found = new RegexFinder(Oniguruma.compile(pattern)).find(text, 0, text.length());
    List<String> all = new ArrayList<>();
    for (int i = 0; i < found.size(); i++) {
      all.add(text.substring(found.start(i), found.end(i)));
    }
    return all;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "\\h+ ~ xfz0 G9 ~ [f, 0, 9]",
        "[a-z&&[^aeiou]]+ ~ hello ~ [h, ll]",
        "[^\\W\\d_]+ ~ ab1_\u00E9c ~ [ab, \u00E9c]",
        "[^[:alnum:]\\s] ~ a-b c. ~ [-, .]",
        "[[:punct:]] ~ $a+b. ~ [$, +, .]",
        "\\p{Punct} ~ $a+b. ~ [.]",
        "\\p{^L}+ ~ ab12 ~ [12]",
        "\\w+ ~ a\u200Db\u00B2 ~ [a, b\u00B2]",
        "a{,2}b ~ aaab ~ [aab]",
        "\\d{1,2}+ ~ 12345 ~ [12345]",
        "x?+x ~ xx ~ [xx]",
        "(?i:'s|'ll)|'t ~ 'S'Ll'T't ~ ['S, 'Ll, 't]",
        "\\bo\\b ~ o oo o ~ [o, o]",
        "\\Bo ~ oo o ~ [o]",
        "(?<!t)h ~ thh ~ [h]",
        "(\\w)\\1 ~ abbc ~ [bb]",
        "(?#note)b ~ abc ~ [b]",
        "(?>a+)a|b ~ aab ~ [b]",
      })
  void findsWhatOnigurumaFinds(String pattern, String text, String expected) throws Exception {
    assertEquals(expected, find(pattern, text).toString());
  }

  @Test
  void linesAndDots() throws Exception {
    assertEquals(List.of("a", "b"), find("^.", "a\nb\n"));
    assertEquals(List.of("a", "b"), find(".$", "a\nb"));
    assertEquals(List.of("a\r"), find("a.", "a\ra\n"));
    assertEquals(List.of("a\n"), find("(?m:a.)", "a\n"));
    assertEquals(List.of("\r\n", "\u2028"), find("\\R", "a\r\nb\u2028"));
    assertEquals(List.of("\u000B"), find("\\v", "\n\u000B"));
    assertEquals(List.of("\u00A0\u3000"), find("\\s+", "a\u00A0\u3000b"));
  }

  @Test
  void bordersOfWordsBeyondTheFirstPlane() throws Exception {
    String letter = "\uD835\uDC00";
    assertEquals(List.of(letter), find("\\w+\\b", letter + "\uDB40\uDC01"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(",
        ")",
        "[",
        "[]a]",
        "*a",
        "a{2}?",
        "\\",
        "\\X",
        "\\p{L",
        "\\p{Nothing}",
        "(?x:a)",
        "(?<=\\s)a",
        "(?<=[ab])c",
        "[b-a]",
        "[a-\\d]",
        "\\xE9",
        "\\q",
        "(?i:fi)",
        "(?'n'a)"
      })
  void refusesWhatItCannotTranslate(String pattern) {
    assertThrows(UnsupportedPatternException.class, () -> Oniguruma.compile(pattern), pattern);
  }
}
