package dev.gatun.text.normal;

/** Kinds of characters as the tokenizers' reference implementation knows them. */
public final class Kinds {
  /** Unicode's property White_Space; not Java's, which leaves out the no-break spaces. */
  public static boolean isWhiteSpace(int point) {
    return switch (point) {
      case 0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 -> true;
      default -> point >= 9 && point <= 13 || point >= 0x2000 && point <= 0x200A;
    };
  }

  /** ASCII's punctuation, which has symbols too, and Unicode's. */
  public static boolean isPunctuation(int point) {
    if (point < 128) {
      return point >= 33 && point <= 47
          || point >= 58 && point <= 64
          || point >= 91 && point <= 96
          || point >= 123 && point <= 126;
    }
    return switch (Character.getType(point)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          !OlderUnicode.lacksPunctuation(point);
      default -> point == 0x166D || point == 0x111C9; // punctuation once
    };
  }

  /** Decimal digits, letters used as numbers and other numbers. */
  public static boolean isNumeric(int point) {
    return switch (Character.getType(point)) {
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
      default -> false;
    };
  }

  /** Letters, marks, digits, connectors and joiners. */
  public static boolean isWord(int point) {
    if (Character.isAlphabetic(point)) {
      return true;
    }
    return switch (Character.getType(point)) {
      case Character.NON_SPACING_MARK,
          Character.COMBINING_SPACING_MARK,
          Character.ENCLOSING_MARK,
          Character.DECIMAL_DIGIT_NUMBER,
          Character.CONNECTOR_PUNCTUATION ->
          true;
      default -> point == 0x200C || point == 0x200D;
    };
  }

  /** Marks of any sort. */
  static boolean isMark(int point) {
    return switch (Character.getType(point)) {
      case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK ->
          !OlderUnicode.lacksMark(point);
      default -> point == 0x1CF2 || point == 0x1CF3; // marks once
    };
  }

  static boolean isNonSpacingMark(int point) {
    return Character.getType(point) == Character.NON_SPACING_MARK
        ? !OlderUnicode.lacksNonSpacingMark(point)
        : point == 0x1734 || point == 0x1171E; // non-spacing once
  }

  /** Control characters, formats and private use; tab and line ends do not count. */
  static boolean isControl(int point) {
    if (point == '\t' || point == '\n' || point == '\r') {
      return false;
    }
    return switch (Character.getType(point)) {
      case Character.CONTROL, Character.PRIVATE_USE, Character.SURROGATE -> true;
      case Character.FORMAT -> !OlderUnicode.lacksFormat(point);
      default -> false;
    };
  }

  private Kinds() {}
}
