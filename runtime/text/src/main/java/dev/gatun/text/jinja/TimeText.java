package dev.gatun.text.jinja;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times as Python's strftime writes them. */
final class TimeText {
  static String of(LocalDateTime time, Given g) {
    String format = g.only("format").text(0, "format");
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        text.append(c);
        continue;
      }
      char what = format.charAt(++i);
      boolean plain = what == '-' && i + 1 < format.length();
      if (plain) {
        what = format.charAt(++i);
      }
      String part = part(time, what, g.line());
      text.append(plain && part.startsWith("0") && part.length() > 1 ? part.substring(1) : part);
    }
    return text.toString();
  }

  private static String part(LocalDateTime time, char what, int line) {
    String pattern =
        switch (what) {
          case 'd' -> "dd";
          case 'm' -> "MM";
          case 'Y' -> "yyyy";
          case 'y' -> "yy";
          case 'b' -> "MMM";
          case 'B' -> "MMMM";
          case 'a' -> "EEE";
          case 'A' -> "EEEE";
          case 'H' -> "HH";
          case 'I' -> "hh";
          case 'M' -> "mm";
          case 'S' -> "ss";
          case 'p' -> "a";
          case 'j' -> "DDD";
          case '%' -> "'%'";
          default -> throw Template.error(line, "strftime_now does not know '%" + what + "'");
        };
    return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(time);
  }

  private TimeText() {}
}
