package dev.gatun.text.regex;

import java.lang.Character.UnicodeScript;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Oniguruma's named character classes over Unicode as content of Java's brackets. */
final class CharClass {
  private static final String BRACKET_WORD = "\\p{IsAlphabetic}\\p{M}\\p{Nd}\\p{Pc}";

  /** With Latin-1's raised digits and fractions, and without the joiners that Java's \w has. */
  static final String WORD = BRACKET_WORD + "\\xB2\\xB3\\xB9\\xBC-\\xBE";

  static final String SPACE = "\\p{IsWhite_Space}";
  static final String DIGIT = "\\p{Nd}";
  static final String HEX = "0-9a-fA-F";
  static final String ANY = "\\x{0}-\\x{10FFFF}";

  private static final String GRAPH = "\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}\\p{Cf}\\p{Co}";

  private static final Map<String, String> POSIX =
      Map.ofEntries(
          Map.entry("alnum", "\\p{IsAlphabetic}\\p{Nd}"),
          Map.entry("alpha", "\\p{IsAlphabetic}"),
          Map.entry("blank", "\\p{Zs}\\t"),
          Map.entry("cntrl", "\\p{Cc}"),
          Map.entry("digit", DIGIT),
          Map.entry("lower", "\\p{IsLowercase}"),
          Map.entry("punct", "\\p{P}"),
          Map.entry("graph", GRAPH),
          Map.entry("print", GRAPH + "\\p{Zs}"),
          Map.entry("assigned", GRAPH + "\\p{Z}\\p{Cc}"),
          Map.entry("space", SPACE),
          Map.entry("upper", "\\p{IsUppercase}"),
          Map.entry("xdigit", HEX),
          Map.entry("word", WORD),
          Map.entry("ascii", "\\x{0}-\\x{7F}"),
          Map.entry("any", ANY),
          Map.entry("alphabetic", "\\p{IsAlphabetic}"),
          Map.entry("lowercase", "\\p{IsLowercase}"),
          Map.entry("uppercase", "\\p{IsUppercase}"),
          Map.entry("whitespace", SPACE),
          Map.entry("ideographic", "\\p{IsIdeographic}"),
          Map.entry("emoji", "\\p{IsEmoji}"),
          Map.entry("extendedpictographic", "\\p{IsExtended_Pictographic}"));

  private static final Map<String, String> CATEGORIES =
      Map.ofEntries(
          Map.entry("letter", "L"),
          Map.entry("uppercaseletter", "Lu"),
          Map.entry("lowercaseletter", "Ll"),
          Map.entry("titlecaseletter", "Lt"),
          Map.entry("modifierletter", "Lm"),
          Map.entry("otherletter", "Lo"),
          Map.entry("mark", "M"),
          Map.entry("nonspacingmark", "Mn"),
          Map.entry("spacingmark", "Mc"),
          Map.entry("enclosingmark", "Me"),
          Map.entry("number", "N"),
          Map.entry("decimalnumber", "Nd"),
          Map.entry("letternumber", "Nl"),
          Map.entry("othernumber", "No"),
          Map.entry("punctuation", "P"),
          Map.entry("connectorpunctuation", "Pc"),
          Map.entry("dashpunctuation", "Pd"),
          Map.entry("openpunctuation", "Ps"),
          Map.entry("closepunctuation", "Pe"),
          Map.entry("initialpunctuation", "Pi"),
          Map.entry("finalpunctuation", "Pf"),
          Map.entry("otherpunctuation", "Po"),
          Map.entry("symbol", "S"),
          Map.entry("mathsymbol", "Sm"),
          Map.entry("currencysymbol", "Sc"),
          Map.entry("modifiersymbol", "Sk"),
          Map.entry("othersymbol", "So"),
          Map.entry("separator", "Z"),
          Map.entry("spaceseparator", "Zs"),
          Map.entry("lineseparator", "Zl"),
          Map.entry("paragraphseparator", "Zp"),
          Map.entry("other", "C"),
          Map.entry("control", "Cc"),
          Map.entry("format", "Cf"),
          Map.entry("privateuse", "Co"),
          Map.entry("unassigned", "Cn"));

  private static final String SHORT =
      " l lu ll lt lm lo m mn mc me n nd nl no p pc pd ps pe pi pf po s sm sc sk so z zs zl zp c cc cf co cn ";

  /** The class of \p{name} or [:name:], or null where the name is unknown. */
  static @Nullable String named(String name) {
    String plain = name.toLowerCase(Locale.ROOT).replaceAll("[ _-]", "");
    String posix = POSIX.get(plain);
    if (posix != null) {
      return posix;
    }
    String category = CATEGORIES.get(plain);
    if (category != null) {
      return "\\p{" + category + "}";
    }
    if (SHORT.contains(" " + plain + " ")) {
      return "\\p{" + plain.substring(0, 1).toUpperCase(Locale.ROOT) + plain.substring(1) + "}";
    }
    for (UnicodeScript script : UnicodeScript.values()) {
      if (script.name().replace("_", "").equalsIgnoreCase(plain)) {
        return "\\p{Is" + script.name() + "}";
      }
    }
    return null;
  }

  /** The class of [:name:], which is not in all cases that of \p{name}. */
  static @Nullable String bracketed(String name) {
    return switch (name) {
      case "punct" -> "\\p{P}\\p{S}";
      case "word" -> BRACKET_WORD;
      default -> named(name);
    };
  }

  private CharClass() {}
}
