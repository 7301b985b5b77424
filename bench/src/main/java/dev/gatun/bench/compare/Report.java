package dev.gatun.bench.compare;

import dev.gatun.bench.duel.Result;
import dev.gatun.bench.duel.Results;
import dev.gatun.bench.measure.Statistics;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** Results as one HTML page that needs nothing else: charts, a table and how it was measured. */
final class Report {
  private final Results all;
  private final StringBuilder page = new StringBuilder();

  private Report(Results all) {
    this.all = all;
  }

  static String of(Results all) {
    return new Report(all).write();
  }

  private String write() {
    String peer = fact("peer", "ONNX Runtime");
    page.append("<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>")
        .append("<meta name='viewport' content='width=device-width, initial-scale=1'>")
        .append("<title>Gatun against ")
        .append(Html.escape(peer))
        .append("</title>\n<style>\n")
        .append(style())
        .append("</style></head>\n<body><main>\n<h1>Gatun against ")
        .append(Html.escape(peer))
        .append("</h1>\n<p class='sub'>")
        .append(Html.escape(fact("cpu", "unknown processor")))
        .append(" · ")
        .append(Html.escape(fact("date", "")))
        .append("</p>\n");
    tiles();
    legend(peer);
    latency();
    throughput();
    memoryAndStart();
    table(peer);
    failures();
    method();
    return page.append("</main></body></html>\n").toString();
  }

  private String fact(String name, String byDefault) {
    return String.valueOf(all.machine().getOrDefault(name, byDefault));
  }

  private void tiles() {
    page.append("<section class='tiles'>");
    for (int threads : all.threads()) {
      List<Double> ratios = all.at(threads).stream().map(Result::ratio).toList();
      double mean = Statistics.geometricMean(ratios);
      tile(
          String.format(Locale.ROOT, "%.2f×", mean),
          "time of the peer, " + title(threads) + ", geometric mean of " + ratios.size(),
          mean <= 1);
      long faster = ratios.stream().filter(ratio -> ratio <= 1).count();
      tile(
          faster + " of " + ratios.size(),
          "models at least as fast, " + title(threads),
          faster == ratios.size());
    }
    long agree = all.results().stream().filter(r -> r.agreement().holds()).count();
    tile(
        agree + " of " + all.results().size(),
        "measurements with equal outputs",
        agree == all.results().size());
    page.append("</section>\n");
  }

  private void tile(String figure, String text, boolean good) {
    page.append("<div class='tile'><b class='")
        .append(good ? "good" : "bad")
        .append("'>")
        .append(figure)
        .append("</b><span>")
        .append(Html.escape(text))
        .append("</span></div>");
  }

  private static String title(int threads) {
    return threads == 1 ? "1 thread" : threads + " threads";
  }

  private void legend(String peer) {
    page.append("<p class='legend'><i class='gatun'></i>Gatun <i class='peer'></i>")
        .append(Html.escape(peer))
        .append(" <i class='faster'></i>Gatun faster <i class='slower'></i>Gatun slower</p>\n");
  }

  private void heading(String title, String text) {
    page.append("<h2>").append(title).append("</h2><p class='sub'>").append(text).append("</p>\n");
  }

  private void latency() {
    heading(
        "Latency",
        "Gatun's time divided by the peer's, logarithmic: left of 1 Gatun is faster. Bars are the"
            + " median of the rounds, whiskers the least and the most. At the right: Gatun / peer,"
            + " ms.");
    page.append("<section class='charts'>");
    for (int threads : all.threads()) {
      List<Chart.Spread> spreads =
          all.at(threads).stream()
              .map(
                  r ->
                      new Chart.Spread(
                          r.model(),
                          r.ratios().stream().mapToDouble(d -> d).min().orElseThrow(),
                          r.ratio(),
                          r.ratios().stream().mapToDouble(d -> d).max().orElseThrow(),
                          figure(r.gatun().latency()) + " / " + figure(r.peer().latency())))
              .toList();
      figure(title(threads), Chart.ratios(spreads, "Latency ratios on " + title(threads)));
    }
    page.append("</section>\n");
  }

  private void throughput() {
    heading(
        "Throughput",
        "GFLOP/s, both engines by Gatun's count of operations; the line is the best multiply-add"
            + " rate measured in the same run. At the right: Gatun's and the peer's share of it.");
    page.append("<section class='charts'>");
    for (int threads : all.threads()) {
      double roof = all.roofs().getOrDefault(threads, 0.0);
      List<Chart.Pair> pairs =
          all.at(threads).stream()
              .map(
                  r ->
                      new Chart.Pair(
                          r.model(),
                          r.gatunGflops(),
                          r.peerGflops(),
                          roof == 0
                              ? figure(r.gatunGflops()) + " / " + figure(r.peerGflops())
                              : String.format(
                                  Locale.ROOT,
                                  "%.0f%% / %.0f%%",
                                  100 * r.gatunGflops() / roof,
                                  100 * r.peerGflops() / roof)))
              .toList();
      figure(
          title(threads),
          Chart.pairs(
              pairs,
              roof,
              String.format(Locale.ROOT, "roof %.0f", roof),
              "GFLOP/s on " + title(threads)));
    }
    page.append("</section>\n");
  }

  private void memoryAndStart() {
    if (all.results().isEmpty()) {
      return;
    }
    int threads = all.threads().getLast();
    heading(
        "Memory and start",
        "On "
            + title(threads)
            + ". Memory: the most that a process ever had resident, MB. Start: from the start of a"
            + " process to its first result, JVM and loading included, ms.");
    page.append("<section class='charts'>");
    pairs(threads, "Peak memory, MB", s -> s.peakBytes() / 1e6);
    pairs(threads, "First result, ms", Result.Side::coldStart);
    page.append("</section>\n");
  }

  private void pairs(int threads, String title, Function<Result.Side, Double> value) {
    List<Chart.Pair> pairs =
        all.at(threads).stream()
            .map(
                r -> {
                  double gatun = value.apply(r.gatun());
                  double peer = value.apply(r.peer());
                  return new Chart.Pair(
                      r.model(),
                      gatun,
                      peer,
                      String.format(Locale.ROOT, "%.0f / %.0f", gatun, peer));
                })
            .toList();
    figure(title, Chart.pairs(pairs, 0, "", title));
  }

  private void figure(String title, String svg) {
    page.append("<figure><figcaption>")
        .append(Html.escape(title))
        .append("</figcaption>")
        .append(svg)
        .append("</figure>\n");
  }

  private void table(String peer) {
    page.append("<h2>All figures</h2><div class='scroll'><table><thead><tr>");
    for (String column :
        List.of(
            "model",
            "threads",
            "Gatun ms",
            "peer ms",
            "ratio",
            "rounds",
            "GFLOP",
            "Gatun GFLOP/s",
            "peer GFLOP/s",
            "Gatun MB",
            "peer MB",
            "Gatun load ms",
            "peer load ms",
            "Gatun start ms",
            "peer start ms",
            "outputs")) {
      page.append("<th>").append(column).append("</th>");
    }
    page.append("</tr></thead><tbody>\n");
    for (Result r : all.results()) {
      page.append("<tr>");
      cell(r.model());
      cell(Integer.toString(r.threads()));
      cell(figure(r.gatun().latency()));
      cell(figure(r.peer().latency()));
      page.append("<td class='")
          .append(r.ratio() <= 1 ? "good" : "bad")
          .append("'>")
          .append(String.format(Locale.ROOT, "%.3f", r.ratio()))
          .append("</td>");
      cell(
          String.format(
              Locale.ROOT,
              "%.2f–%.2f",
              r.ratios().stream().mapToDouble(d -> d).min().orElseThrow(),
              r.ratios().stream().mapToDouble(d -> d).max().orElseThrow()));
      cell(String.format(Locale.ROOT, "%.2f", r.gflop()));
      cell(String.format(Locale.ROOT, "%.0f", r.gatunGflops()));
      cell(String.format(Locale.ROOT, "%.0f", r.peerGflops()));
      cell(String.format(Locale.ROOT, "%.0f", r.gatun().peakBytes() / 1e6));
      cell(String.format(Locale.ROOT, "%.0f", r.peer().peakBytes() / 1e6));
      cell(String.format(Locale.ROOT, "%.0f", r.gatun().load()));
      cell(String.format(Locale.ROOT, "%.0f", r.peer().load()));
      cell(String.format(Locale.ROOT, "%.0f", r.gatun().coldStart()));
      cell(String.format(Locale.ROOT, "%.0f", r.peer().coldStart()));
      cell(r.agreement().holds() ? "equal" : r.agreement().problem());
      page.append("</tr>\n");
    }
    page.append("</tbody></table></div><p class='sub'>The peer is ")
        .append(Html.escape(peer))
        .append(".</p>\n");
  }

  private void cell(String text) {
    page.append("<td>").append(Html.escape(text)).append("</td>");
  }

  private static String figure(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
  }

  private void failures() {
    if (all.failures().isEmpty()) {
      return;
    }
    page.append("<h2>Not measured</h2><ul>");
    all.failures()
        .forEach(
            (model, reason) ->
                page.append("<li><b>")
                    .append(Html.escape(model))
                    .append("</b>: ")
                    .append(Html.escape(reason))
                    .append("</li>"));
    page.append("</ul>\n");
  }

  private void method() {
    page.append(
        "<h2>Machine and method</h2><p>Each engine runs in a process of its own and waits while the"
            + " other measures; a round measures both in turn, and ratios are taken within a round."
            + " Both read the same file, get the same inputs and have the same number of"
            + " threads.</p><dl>");
    all.machine().forEach(this::term);
    all.method().forEach(this::term);
    for (Map.Entry<Integer, Double> roof : all.roofs().entrySet()) {
      term(
          "roof, " + title(roof.getKey()),
          String.format(Locale.ROOT, "%.0f GFLOP/s", roof.getValue()));
    }
    page.append("</dl>\n");
  }

  private void term(String name, Object value) {
    page.append("<dt>")
        .append(Html.escape(name))
        .append("</dt><dd>")
        .append(Html.escape(String.valueOf(value)))
        .append("</dd>");
  }

  private static String style() {
    try (InputStream in =
        Objects.requireNonNull(Report.class.getResourceAsStream("report.css"), "report.css")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
