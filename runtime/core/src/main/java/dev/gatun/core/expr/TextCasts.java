package dev.gatun.core.expr;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import java.math.BigDecimal;
import java.util.Locale;

/** Numbers to text and back, as NumPy writes them: the shortest digits that read back equal. */
final class TextCasts {
  static String format(DType from, double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    String shortest = from == DType.F64 ? Double.toString(value) : Float.toString((float) value);
    BigDecimal decimal = new BigDecimal(shortest).stripTrailingZeros();
    double magnitude = Math.abs(value);
    if (magnitude >= 1e-4 && magnitude < 1e16) {
      String plain = decimal.toPlainString();
      return plain.contains(".") ? plain : plain + ".0";
    }
    int exponent = decimal.precision() - decimal.scale() - 1;
    String digits = decimal.scaleByPowerOfTen(-exponent).toPlainString();
    return String.format(
        Locale.ROOT, "%se%s%02d", digits, exponent < 0 ? "-" : "+", Math.abs(exponent));
  }

  static String format(DType from, long value) {
    if (from == DType.BOOL) {
      return value != 0 ? "True" : "False";
    }
    return from == DType.U64 ? Long.toUnsignedString(value) : Long.toString(value);
  }

  static double real(DType to, String text) {
    String word = text.strip().toLowerCase(Locale.ROOT);
    return switch (word) {
      case "nan", "+nan", "-nan" -> Double.NaN;
      case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
      case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
      default -> {
        try {
          // Straight to float where that is the target: through double would round twice.
          yield to == DType.F32 ? Float.parseFloat(word) : Double.parseDouble(word);
        } catch (NumberFormatException e) {
          throw unreadable(to, text, e);
        }
      }
    };
  }

  static long whole(DType to, String text) {
    String word = text.strip().toLowerCase(Locale.ROOT);
    if (to == DType.BOOL && (word.equals("true") || word.equals("false"))) {
      return word.equals("true") ? 1 : 0;
    }
    try {
      return new BigDecimal(word).toBigInteger().longValue();
    } catch (NumberFormatException e) {
      throw unreadable(to, text, e);
    }
  }

  private static GatunException unreadable(DType to, String text, NumberFormatException cause) {
    return new GatunException("cannot read \"" + text + "\" as " + to, cause);
  }

  private TextCasts() {}
}
