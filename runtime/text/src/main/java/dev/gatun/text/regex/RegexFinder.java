package dev.gatun.text.regex;

import dev.gatun.core.tensor.GatunException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Places that a regular expression matches, with Oniguruma's rule for empty matches. */
public final class RegexFinder implements Finder {
  private final Pattern pattern;

  /** Of a translated pattern. */
  public RegexFinder(Pattern pattern) {
    this.pattern = pattern;
  }

  @Override
  public Matches find(String text, int start, int end) {
    Matches found = new Matches();
    Matcher matcher = pattern.matcher(text).region(start, end);
    try {
      int last = -1; // an empty match right behind another one does not count
      while (matcher.find()) {
        if (matcher.start() != matcher.end() || matcher.start() != last) {
          found.add(matcher.start(), matcher.end());
          last = matcher.end();
        }
      }
    } catch (StackOverflowError e) {
      throw new GatunException(
          "pattern '%s': a text of %d characters needs too much backtracking; repeat character classes instead of groups"
              .formatted(pattern, end - start),
          e);
    }
    return found;
  }
}
