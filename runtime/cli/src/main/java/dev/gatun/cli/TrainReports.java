package dev.gatun.cli;

import dev.gatun.train.Diagnostics;
import dev.gatun.train.History;
import dev.gatun.train.Listener;
import dev.gatun.train.Progress;
import dev.gatun.train.inspect.Finding;
import dev.gatun.train.recipe.Run;
import dev.gatun.train.report.EventFiles;
import dev.gatun.train.report.LivePage;
import dev.gatun.train.report.Recording;
import dev.gatun.train.report.ReportFile;
import java.io.Console;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a training is shown and recorded, and the training itself. */
final class TrainReports {
  @Option(
      names = "--checkpoint-every",
      paramLabel = "STEPS",
      description = "Write one after so many steps, too (default 500); 0 after epochs only.")
  long everySteps = 500;

  @Option(names = "--history", paramLabel = "FILE.csv", description = "Values of each epoch.")
  @Nullable Path history;

  @Option(names = "--curves", paramLabel = "FILE.svg", description = "Draw the curves.")
  @Nullable Path curves;

  @Option(names = "--events", paramLabel = "DIR", description = "TensorBoard's event files.")
  @Nullable Path events;

  @Option(
      names = "--ui",
      arity = "0..1",
      fallbackValue = "7878",
      paramLabel = "PORT",
      description = "Serve a live page to this machine (port 7878; 0 for any that is free).")
  @Nullable Integer ui;

  @Option(
      names = "--diagnose",
      paramLabel = "STEPS",
      description = "Look at gradients and activations every so many steps (with --ui: 100).")
  long diagnose;

  /** Trains what a function makes of listeners, and says how good it has become. */
  int train(String title, PrintWriter out, Function<List<Listener>, Run> start) {
    Recording recording = new Recording(title);
    List<Listener> listeners = new ArrayList<>();
    listeners.add(recording);
    boolean live = Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    PrintStream lines = new PrintStream(new WriterStream(out), true, StandardCharsets.UTF_8);
    Optional<EventFiles> eventFiles = Optional.ofNullable(events).map(EventFiles::new);
    eventFiles.ifPresent(listeners::add);
    Optional<Diagnostics> diagnostics = diagnostics(recording, eventFiles);
    diagnostics.ifPresent(listeners::add);
    listeners.add(Progress.to(lines, live));
    Optional.ofNullable(history).map(ReportFile::history).ifPresent(listeners::add);
    Optional.ofNullable(curves)
        .map(file -> ReportFile.curves(file, recording))
        .ifPresent(listeners::add);
    try (Page page = ui == null ? new Page(null) : new Page(new LivePage(recording, ui));
        Run run = start.apply(listeners)) {
      out.println(run.describe());
      page.address().ifPresent(address -> out.println("live page: " + address));
      out.flush();
      History ended = run.fit();
      diagnostics.ifPresent(seen -> print(out, seen.findings()));
      run.evaluate().forEach((part, values) -> print(out, part, values));
      if (ended.epochs().isEmpty()) {
        out.println("no epoch has ended");
      }
    }
    return 0;
  }

  private Optional<Diagnostics> diagnostics(Recording recording, Optional<EventFiles> files) {
    long every = diagnose > 0 ? diagnose : ui == null ? 0 : 100;
    if (every == 0) {
      return Optional.empty();
    }
    List<Finding> findings = new ArrayList<>();
    Diagnostics diagnostics =
        Diagnostics.every(every)
            .tell(
                seen -> {
                  for (Finding finding : seen.findings()) {
                    if (findings.stream().noneMatch(f -> f.where().equals(finding.where()))) {
                      findings.add(finding);
                    }
                  }
                  recording.inspected(seen, findings);
                  files.ifPresent(file -> file.inspected(seen));
                });
    return Optional.of(diagnostics);
  }

  private static void print(PrintWriter out, List<Finding> findings) {
    findings.forEach(
        finding ->
            out.println(
                finding.cause().name().toLowerCase(Locale.ROOT).replace('_', ' ')
                    + "? "
                    + finding));
  }

  /** A line of values. */
  static void print(PrintWriter out, String part, Map<String, Double> values) {
    List<String> shown = new ArrayList<>();
    values.forEach((name, value) -> shown.add(String.format(Locale.ROOT, "%s %.4f", name, value)));
    out.println(part + ": " + String.join(", ", shown));
  }

  /** A page, if there is one. */
  private record Page(@Nullable LivePage page) implements AutoCloseable {
    Optional<String> address() {
      return Optional.ofNullable(page).map(LivePage::address);
    }

    @Override
    public void close() {
      if (page != null) {
        page.close();
      }
    }
  }
}
