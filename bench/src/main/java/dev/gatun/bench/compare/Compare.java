package dev.gatun.bench.compare;

import dev.gatun.bench.measure.Machine;
import dev.gatun.bench.measure.Roof;
import dev.gatun.core.plan.Backend;
import dev.gatun.core.tensor.GatunException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
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
  private static final double ROOF_SECONDS = 0.15;

  @Parameters(
      arity = "0..*",
      paramLabel = "MODEL",
      description =
          "ONNX files; inputs come from test_data_set_0 beside a model or are made up. Weights that"
              + " a file leaves out (doc_string \"fill\") are put into a copy.")
  List<Path> models = new ArrayList<>();

  @Option(
      names = "--threads",
      paramLabel = "N",
      split = ",",
      description = "Numbers of threads, e.g. 1,4 (default: all processors).")
  List<Integer> threads = new ArrayList<>();

  @Option(names = "--rounds", paramLabel = "N", description = "Measurements (default 5).")
  int rounds = 5;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "Length of a measurement, for each engine (default 1).")
  double seconds = 1;

  @Option(
      names = "--warmup",
      paramLabel = "S",
      description = "Before the first round, for each engine (default 3).")
  double warmup = 3;

  @Option(
      names = "--cold",
      paramLabel = "N",
      description = "Further processes started only to time their first result (default 0).")
  int cold;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description = "Gatun's: auto (default), vector, onednn, openblas or reference.")
  String backend = "auto";

  @Option(
      names = "--dim",
      paramLabel = "INPUT.AXIS=SIZE",
      description = "Size of an open axis of a generated input (default 1).")
  Map<String, Long> sizes = new LinkedHashMap<>();

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures as JSON, too.")
  @Nullable Path json;

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

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description = "Where filled copies are kept (default: bench/target/compare).")
  Path work = Path.of(System.getProperty("gatun.bench.work", "bench/target/compare"));

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  CommandSpec spec;

  /** Runs a command line and ends the process. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Compare());
    line.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
    line.setExecutionExceptionHandler(
        (e, command, parsed) -> {
          command.getErr().println("bench/compare: " + e.getMessage());
          return CommandLine.ExitCode.SOFTWARE;
        });
    return line;
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
    boolean good =
        all.failures().isEmpty() && all.results().stream().allMatch(r -> r.agreement().holds());
    return good ? 0 : CommandLine.ExitCode.SOFTWARE;
  }

  private void save(Results all) {
    if (json != null) {
      write(json, JsonResults.write(all));
    }
    if (report != null) {
      write(report, Report.of(all));
    }
  }

  private Results measure(Results earlier) {
    Duel duel = new Duel(rounds, seconds, warmup, cold, backend, work.toAbsolutePath().normalize());
    PrintWriter out = spec.commandLine().getOut();
    Map<String, Object> machine = Machine.facts();
    List<Result> results = new ArrayList<>();
    Map<Integer, Double> roofs = new TreeMap<>();
    Map<String, String> failures = new LinkedHashMap<>();
    boolean isFirst = true;
    for (Path model : models) {
      try {
        Contestant contestant = Contestant.of(model, duel.work(), sizes);
        if (isFirst) {
          List<String> versions = duel.prepare(contestant);
          machine.put("engine", versions.get(0));
          machine.put("peer", versions.get(1));
          machine.forEach((name, value) -> out.printf("%-10s %s%n", name, value));
          out.println(ResultTable.header());
          isFirst = false;
        }
        for (int n : threads) {
          // Before every model: the machine may be faster later on.
          roofs.merge(n, Roof.best(Roof.Kind.FMA, 0, n, ROOF_SECONDS), Math::max);
          Result result = duel.run(contestant, n);
          results.add(result);
          out.println(ResultTable.line(result));
          // Now: whoever stops a long comparison keeps what there is.
          Results now = new Results(machine, duel.facts(), results, roofs, failures);
          save(Results.join(List.of(earlier, now)));
        }
      } catch (GatunException | EngineException e) {
        failures.put(model.toString(), String.valueOf(e.getMessage()));
        out.println(model + ": " + e.getMessage());
      }
    }
    return Results.join(
        List.of(earlier, new Results(machine, duel.facts(), results, roofs, failures)));
  }

  private void check() {
    if (threads.isEmpty()) {
      threads.add(Runtime.getRuntime().availableProcessors());
    }
    if (threads.stream().anyMatch(n -> n < 1)) {
      throw new IllegalArgumentException("--threads takes numbers from 1, got " + threads);
    }
    if (rounds < 1 || seconds <= 0 || warmup < 0 || cold < 0) {
      throw new IllegalArgumentException(
          "--rounds and --seconds must be positive, --warmup and --cold not negative");
    }
    Backend.parse(backend).requireLibrary();
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

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new GatunException(file + " cannot be written: " + e.getMessage(), e);
    }
  }
}
