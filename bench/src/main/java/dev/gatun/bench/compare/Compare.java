package dev.gatun.bench.compare;

import dev.gatun.bench.duel.Contestant;
import dev.gatun.bench.duel.DuelOptions;
import dev.gatun.bench.duel.EngineCommand;
import dev.gatun.bench.duel.JsonResults;
import dev.gatun.bench.duel.Match;
import dev.gatun.bench.duel.ResultTable;
import dev.gatun.bench.duel.Results;
import dev.gatun.core.tensor.GatunException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command line of {@code bench/compare}. */
@Command(
    name = "bench/compare",
    mixinStandardHelpOptions = true,
    description = {
      "Measures Gatun against ONNX Runtime on the same models and inputs: each engine in a process"
          + " of its own, in turn, with the same number of threads.",
      "Ratios are Gatun's time divided by ONNX Runtime's: below 1 Gatun is faster. Exit code 1 when"
          + " outputs disagree or a model cannot be run."
    },
    footer = {
      "",
      "Examples:",
      "  bench/compare model.onnx --threads 1,4",
      "  bench/compare graphs/*.onnx --rounds 9 --cold 3 --json result.json",
      "  bench/compare --from result.json --report result.html"
    })
final class Compare implements Callable<Integer> {
  @Parameters(
      arity = "0..*",
      paramLabel = "MODEL",
      description =
          "ONNX files; inputs come from test_data_set_0 beside a model or are made up. Weights that"
              + " a file leaves out (doc_string \"fill\") are put into a copy.")
  List<Path> models = new ArrayList<>();

  @Mixin final DuelOptions options = new DuelOptions();

  @Option(
      names = "--dim",
      paramLabel = "INPUT.AXIS=SIZE",
      description = "Size of an open axis of a generated input (default 1).")
  Map<String, Long> sizes = new LinkedHashMap<>();

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Write an HTML page with charts, too.")
  @Nullable Path report;

  @Option(
      names = "--from",
      paramLabel = "FILE",
      split = ",",
      description = "Add results that --json wrote earlier; MODELs may then be left out.")
  List<Path> from = new ArrayList<>();

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  CommandSpec spec;

  /** Runs a command line and ends the process. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return DuelOptions.commandLine(new Compare());
  }

  @Override
  public Integer call() {
    check();
    List<Results> parts = new ArrayList<>();
    for (Path file : from) {
      parts.add(JsonResults.read(file.toString(), read(file)));
    }
    Results all = Results.join(parts);
    if (!models.isEmpty()) {
      all = measure(all);
    }
    PrintWriter out = spec.commandLine().getOut();
    if (models.isEmpty()) {
      out.println(ResultTable.header());
      all.results().forEach(r -> out.println(ResultTable.line(r)));
    }
    save(all);
    ResultTable.summary(all.results()).forEach(out::println);
    return all.isGood() ? 0 : CommandLine.ExitCode.SOFTWARE;
  }

  private void save(Results all) {
    options.save(all);
    if (report != null) {
      DuelOptions.write(report, Report.of(all));
    }
  }

  private Results measure(Results earlier) {
    EngineCommand gatun =
        EngineCommand.gatun(CompareWorker.GATUN, CompareWorker.class, "dev.gatun.formats");
    EngineCommand peer =
        EngineCommand.peer(
            CompareWorker.PEER,
            "ONNX Runtime",
            CompareWorker.class,
            EngineCommand.jars(name -> name.startsWith("onnxruntime-")));
    Map<String, Supplier<Contestant>> contestants = new LinkedHashMap<>();
    for (Path model : models) {
      contestants.put(model.toString(), () -> OnnxContestant.of(model, options.work(), sizes));
    }
    Results found =
        new Match(gatun, peer, options, spec.commandLine().getOut())
            .run(contestants, now -> save(Results.join(List.of(earlier, now))));
    return Results.join(List.of(earlier, found));
  }

  private void check() {
    options.check();
    if (models.isEmpty() && from.isEmpty()) {
      throw new IllegalArgumentException("no MODEL is given; --help shows examples");
    }
    for (Path model : models) {
      if (!Files.isRegularFile(model)) {
        throw new IllegalArgumentException(model + ": no such file");
      }
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new GatunException(file + " cannot be read: " + e, e);
    }
  }
}
