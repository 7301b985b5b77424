package dev.gatun.bench.compare;

import java.util.List;
import java.util.Locale;

/** Horizontal bar charts as inline SVG; colours come from the page's style. */
final class Chart {
  private static final int LABEL = 148;
  private static final int PLOT = 330;
  private static final int VALUE = 122;
  private static final int WIDTH = LABEL + PLOT + VALUE;
  private static final int TOP = 24;

  /**
   * Two values of one model.
   *
   * @param note right of the bars
   */
  record Pair(String label, double gatun, double peer, String note) {}

  /** A ratio with its spread over the rounds. */
  record Spread(String label, double low, double middle, double high, String note) {}

  /**
   * Pairs of bars from zero.
   *
   * @param roof where a line is drawn; 0 for none
   * @param alt what the chart shows, for readers that do not see it
   */
  static String pairs(List<Pair> pairs, double roof, String roofLabel, String alt) {
    double largest = roof;
    for (Pair p : pairs) {
      largest = Math.max(largest, Math.max(p.gatun, p.peer));
    }
    double step = niceStep(largest / 4);
    double end = Math.max(step, Math.ceil(largest / step) * step);
    int row = 30;
    int bottom = TOP + row * pairs.size();
    StringBuilder svg = open(bottom + 22, alt);
    for (double tick = 0; tick <= end * 1.0001; tick += step) {
      grid(svg, x(tick / end), bottom, trim(tick));
    }
    for (int i = 0; i < pairs.size(); i++) {
      Pair p = pairs.get(i);
      int y = TOP + row * i;
      label(svg, y + row / 2, p.label, p.note);
      bar(svg, LABEL, y + 4, x(p.gatun / end) - LABEL, 10, "gatun");
      bar(svg, LABEL, y + 16, x(p.peer / end) - LABEL, 10, "peer");
    }
    if (roof > 0) {
      mark(svg, x(roof / end), bottom, roofLabel);
    }
    return svg.append("</svg>").toString();
  }

  /** Bars to the left and right of 1 on a logarithmic axis, with a whisker from low to high. */
  static String ratios(List<Spread> spreads, String alt) {
    double least = 0.5;
    double most = 2;
    for (Spread s : spreads) {
      least = Math.min(least, s.low);
      most = Math.max(most, s.high);
    }
    double low = Math.log(Math.max(least, 0.1));
    double high = Math.log(Math.min(most, 10));
    int row = 26;
    int bottom = TOP + row * spreads.size();
    StringBuilder svg = open(bottom + 22, alt);
    for (double tick : new double[] {0.1, 0.2, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10}) {
      double at = (Math.log(tick) - low) / (high - low);
      if (at >= -1e-9 && at <= 1 + 1e-9) {
        grid(svg, x(at), bottom, trim(tick));
      }
    }
    double one = x(-low / (high - low));
    for (int i = 0; i < spreads.size(); i++) {
      Spread s = spreads.get(i);
      int y = TOP + row * i;
      int middle = y + row / 2;
      label(svg, middle, s.label, s.note);
      double to = x(clamp((Math.log(s.middle) - low) / (high - low)));
      bar(
          svg,
          Math.min(one, to),
          y + 6,
          Math.abs(to - one),
          row - 12,
          s.middle <= 1 ? "faster" : "slower");
      double from = x(clamp((Math.log(s.low) - low) / (high - low)));
      double until = x(clamp((Math.log(s.high) - low) / (high - low)));
      svg.append(
          String.format(
              Locale.ROOT,
              "<path class='whisker' d='M%.1f %dH%.1fM%.1f %dv8M%.1f %dv8'/>",
              from,
              middle,
              until,
              from,
              middle - 4,
              until,
              middle - 4));
    }
    svg.append(
        String.format(Locale.ROOT, "<path class='one' d='M%.1f %dV%d'/>", one, TOP - 4, bottom));
    return svg.append("</svg>").toString();
  }

  private static StringBuilder open(int height, String alt) {
    return new StringBuilder()
        .append(
            String.format(
                Locale.ROOT,
                "<svg viewBox='0 0 %d %d' role='img' aria-label='%s'>",
                WIDTH,
                height,
                Html.escape(alt)));
  }

  private static double x(double fraction) {
    return LABEL + PLOT * fraction;
  }

  private static double clamp(double fraction) {
    return Math.min(1, Math.max(0, fraction));
  }

  private static void grid(StringBuilder svg, double x, int bottom, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<path class='grid' d='M%.1f %dV%d'/><text class='tick' x='%.1f' y='%d'>%s</text>",
            x,
            TOP - 4,
            bottom,
            x,
            bottom + 15,
            text));
  }

  private static void mark(StringBuilder svg, double x, int bottom, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<path class='roof' d='M%.1f %dV%d'/><text class='roof-label' x='%.1f' y='%d'>%s</text>",
            x,
            TOP - 6,
            bottom,
            x,
            TOP - 10,
            Html.escape(text)));
  }

  private static void label(StringBuilder svg, int middle, String label, String note) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text class='label' x='%d' y='%d'>%s</text><text class='note' x='%d' y='%d'>%s</text>",
            LABEL - 10,
            middle + 4,
            Html.escape(label),
            WIDTH,
            middle + 4,
            Html.escape(note)));
  }

  private static void bar(
      StringBuilder svg, double x, int y, double width, int height, String kind) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect class='%s' x='%.1f' y='%d' width='%.1f' height='%d' rx='2'/>",
            kind,
            x,
            y,
            Math.max(width, 1),
            height));
  }

  /** 1, 2 or 5 times a power of ten, at least the given number. */
  static double niceStep(double least) {
    double power = Math.pow(10, Math.floor(Math.log10(Math.max(least, 1e-9))));
    for (double factor : new double[] {1, 2, 5}) {
      if (factor * power >= least * 0.9999) {
        return factor * power;
      }
    }
    return 10 * power;
  }

  private static String trim(double value) {
    return String.format(Locale.ROOT, "%.4f", value).replaceAll("\\.?0+$", "");
  }

  private Chart() {}
}
