package dev.gatun.text.regex;

/** A regular expression that is wrong or that the JDK cannot match as Oniguruma would. */
public final class UnsupportedPatternException extends Exception {
  private static final long serialVersionUID = 1L;

  UnsupportedPatternException(String message) {
    super(message);
  }
}
