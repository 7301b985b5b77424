package dev.gatun.train.report;

import dev.gatun.train.EpochRecord;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Draws a run as SVG: a panel for the loss, one for each metric and one for the learning rate. */
final class CurveSvg {
  private static final int WIDTH = 760;
  private static final int PANEL = 260;
  private static final int SMALL = 150;
  private static final int LEFT = 66;
  private static final int RIGHT = 20;
  private static final int ABOVE = 40;
  private static final int BELOW = 34;

  /** Both of the viewer's themes; without style sheets it is readable on white. */
  private static final String STYLE =
      """
      <style>
      svg { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; }
      .page { fill: #ffffff; } .text { fill: #1f2937; } .quiet { fill: #6b7280; }
      .title { font-size: 15px; font-weight: 600; } .name { font-size: 13px; font-weight: 600; }
      .grid { stroke: #e5e7eb; } .axis { stroke: #9ca3af; }
      .train { stroke: #2563eb; fill: none; } .raw { stroke: #2563eb; fill: none; opacity: .28; }
      .valid { stroke: #d97706; fill: none; } .dot { fill: #d97706; } .one { fill: #2563eb; }
      .plain { stroke: #059669; fill: none; }
      @media (prefers-color-scheme: dark) {
        .page { fill: #0f172a; } .text { fill: #e5e7eb; } .quiet { fill: #94a3b8; }
        .grid { stroke: #1e293b; } .axis { stroke: #475569; }
        .train, .raw { stroke: #60a5fa; } .one { fill: #60a5fa; }
        .valid { stroke: #fbbf24; } .dot { fill: #fbbf24; } .plain { stroke: #34d399; }
      }
      </style>
      """;

  /** A curve and how it is drawn. */
  private record Curve(String style, String label, List<Series.Point> points, boolean dots) {}

  private final StringBuilder svg = new StringBuilder();
  private final Recording.Snapshot run;
  private final double lastStep;

  private CurveSvg(Recording.Snapshot run) {
    this.run = run;
    double last = run.latest().map(step -> (double) step.step()).orElse(1.0);
    for (EpochRecord epoch : run.epochs()) {
      last = Math.max(last, (double) epoch.steps());
    }
    lastStep = last;
  }

  static String of(Recording.Snapshot run) {
    return new CurveSvg(run).draw();
  }

  private String draw() {
    Set<String> metrics = new LinkedHashSet<>();
    for (EpochRecord epoch : run.epochs()) {
      for (String name : epoch.values().keySet()) {
        String plain = name.startsWith("val_") ? name.substring(4) : name;
        if (!plain.equals("loss")) {
          metrics.add(plain);
        }
      }
    }
    int height = ABOVE + PANEL + metrics.size() * PANEL + SMALL + 10;
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\""
            + " height=\"%d\" role=\"img\">%n<title>%s</title>%n%s",
        WIDTH, height, WIDTH, height, escape(run.title()), STYLE);
    add("<rect class=\"page\" width=\"%d\" height=\"%d\"/>%n", WIDTH, height);
    add("<text class=\"text title\" x=\"%d\" y=\"26\">%s</text>%n", LEFT, escape(run.title()));
    int top = ABOVE;
    panel("loss", top, PANEL, lossCurves());
    top += PANEL;
    for (String metric : metrics) {
      panel(
          metric,
          top,
          PANEL,
          List.of(
              new Curve("train", "train", values(metric), true),
              new Curve("valid", "validation", values("val_" + metric), true)));
      top += PANEL;
    }
    panel("learning rate", top, SMALL, List.of(new Curve("plain", "", run.rate(), false)));
    return svg.append("</svg>\n").toString();
  }

  private List<Curve> lossCurves() {
    return List.of(
        new Curve("raw", "", run.loss(), false),
        new Curve("train", "train", smooth(run.loss()), false),
        new Curve("valid", "validation", values("val_loss"), true));
  }

  /** A moving average over about a fortieth of the curve, forward and then backward: no lag. */
  static List<Series.Point> smooth(List<Series.Point> points) {
    double part = Math.min(1, 40.0 / Math.max(1, points.size()));
    double[] values = points.stream().mapToDouble(Series.Point::y).toArray();
    for (int i = 1; i < values.length; i++) {
      values[i] = values[i - 1] + part * (values[i] - values[i - 1]);
    }
    for (int i = values.length - 2; i >= 0; i--) {
      values[i] = values[i + 1] + part * (values[i] - values[i + 1]);
    }
    List<Series.Point> smooth = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      smooth.add(new Series.Point(points.get(i).x(), values[i]));
    }
    return smooth;
  }

  private List<Series.Point> values(String name) {
    List<Series.Point> points = new ArrayList<>();
    for (EpochRecord epoch : run.epochs()) {
      if (Double.isFinite(epoch.get(name))) {
        points.add(new Series.Point((double) epoch.steps(), epoch.get(name)));
      }
    }
    return points;
  }

  private void panel(String name, int top, int height, List<Curve> curves) {
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (Curve curve : curves) {
      for (Series.Point point : curve.points) {
        if (Double.isFinite(point.y())) {
          least = Math.min(least, point.y());
          most = Math.max(most, point.y());
        }
      }
    }
    int first = top + 30;
    int last = top + height - BELOW;
    Scale y = Scale.of(least, most, last, first, height > SMALL ? 5 : 2);
    Scale x = Scale.tight(0, lastStep, LEFT, WIDTH - RIGHT, 8);
    add("<text class=\"text name\" x=\"%d\" y=\"%d\">%s</text>%n", LEFT, top + 18, escape(name));
    for (double tick : y.ticks()) {
      add(
          "<path class=\"grid\" d=\"M%d %.1fH%d\"/>"
              + "<text class=\"quiet\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n",
          LEFT, y.at(tick), WIDTH - RIGHT, LEFT - 8, y.at(tick) + 4, y.text(tick));
    }
    for (double tick : x.ticks()) {
      add(
          "<path class=\"axis\" d=\"M%.1f %dv4\"/>"
              + "<text class=\"quiet\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>%n",
          x.at(tick), last, x.at(tick), last + 18, x.text(tick));
    }
    add("<path class=\"axis\" d=\"M%d %dH%d\"/>%n", LEFT, last, WIDTH - RIGHT);
    add(
        "<text class=\"quiet\" x=\"%d\" y=\"%d\" text-anchor=\"end\">step</text>%n",
        WIDTH - RIGHT, last + 31);
    int legend = WIDTH - RIGHT;
    for (int i = curves.size() - 1; i >= 0; i--) {
      Curve curve = curves.get(i);
      if (!curve.points.isEmpty()) {
        curve(curve, x, y);
        if (!curve.label.isEmpty()) {
          legend -= 22 + 7 * curve.label.length();
          add(
              "<path class=\"%s\" stroke-width=\"3\" d=\"M%d %dh14\"/>"
                  + "<text class=\"text\" x=\"%d\" y=\"%d\">%s</text>%n",
              curve.style, legend, top + 14, legend + 19, top + 18, curve.label);
          legend -= 12;
        }
      }
    }
  }

  private void curve(Curve curve, Scale x, Scale y) {
    svg.append("<path class=\"").append(curve.style).append("\" stroke-width=\"");
    svg.append(curve.style.equals("raw") ? "1" : "1.8").append("\" d=\"");
    char command = 'M';
    for (Series.Point point : curve.points) {
      if (Double.isFinite(point.y())) {
        add("%c%.1f %.1f", command, x.at(point.x()), y.at(point.y()));
        command = 'L';
      }
    }
    svg.append("\"/>\n");
    if (curve.dots && curve.points.size() <= 60) {
      for (Series.Point point : curve.points) {
        add(
            "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.6\"/>%n",
            curve.style.equals("valid") ? "dot" : "one", x.at(point.x()), y.at(point.y()));
      }
    }
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values));
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }
}
