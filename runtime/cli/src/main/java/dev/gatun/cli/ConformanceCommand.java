package dev.gatun.cli;

import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.plan.Backend;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.formats.FormatException;
import dev.gatun.formats.onnx.conformance.ConformanceSuite;
import dev.gatun.formats.onnx.conformance.ModelRunner;
import dev.gatun.formats.onnx.conformance.TestResult;
import dev.gatun.formats.onnx.conformance.Tolerance;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs ONNX backend tests and tells which pass. */
@Command(
    name = "conformance",
    mixinStandardHelpOptions = true,
    description = "Runs ONNX backend test directories, at any depth below DIR.",
    footer = {
      "",
      "A test is a directory with model.onnx and test_data_set_N/input_i.pb and",
      "output_i.pb.",
      "Exit code 1 when a test fails.",
      "",
      "Example: gatun conformance onnx/backend/test/data --tsv results.tsv"
    })
final class ConformanceCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "A directory with tests.")
  Path directory = Path.of("");

  @Option(names = "--tsv", paramLabel = "FILE", description = "List every test with its reason.")
  @Nullable Path tsv;

  @Option(names = "--rtol", description = "Relative tolerance (default 1e-3).")
  double rtol = 1e-3;

  @Option(names = "--atol", description = "Absolute tolerance (default 1e-5).")
  double atol = 1e-5;

  @Option(
      names = "--time-limit",
      paramLabel = "SECONDS",
      description = "For one test (default 60).")
  long limit = 60;

  @Option(names = "--threads", paramLabel = "N", description = "Threads; 0 is all (default).")
  int threads;

  @Option(names = "--backend", description = "auto (default), vector, onednn, openblas, reference.")
  String backend = "auto";

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  CommandSpec spec;

  @Override
  public Integer call() {
    if (!Files.isDirectory(directory)) {
      throw new GatunException(directory + " is not a directory");
    }
    PrintWriter out = spec.commandLine().getOut();
    SessionOptions options =
        SessionOptions.DEFAULT.backend(Backend.parse(backend)).threads(threads);
    ConformanceSuite suite =
        new ConformanceSuite(
            model -> new ModelRunner.Compiled(model, model.compile(options)),
            new Tolerance(rtol, atol),
            Duration.ofSeconds(limit));
    Progress progress = new Progress("tests", ConformanceSuite.count(directory));
    List<TestResult> results = suite.run(directory, result -> progress.step(result.name()));
    progress.end();
    table(out, results);
    if (tsv != null) {
      write(tsv, results);
    }
    long passed = count(results, "PASSED");
    long failed = count(results, "FAILED");
    out.println(
        passed
            + " passed, "
            + failed
            + " failed, "
            + count(results, "UNSUPPORTED")
            + " unsupported");
    return failed > 0 ? Main.FAILED : 0;
  }

  private static long count(List<TestResult> results, String status) {
    return results.stream().filter(r -> r.status().name().equals(status)).count();
  }

  private static void table(PrintWriter out, List<TestResult> results) {
    Map<String, List<TestResult>> byOperator = new TreeMap<>();
    for (TestResult result : results) {
      for (String operator : result.operators()) {
        byOperator.computeIfAbsent(operator, o -> new ArrayList<>()).add(result);
      }
    }
    out.printf(Locale.ROOT, "%-40s %7s %7s %12s%n", "operator", "passed", "failed", "unsupported");
    byOperator.forEach(
        (operator, list) ->
            out.printf(
                Locale.ROOT,
                "%-40s %7d %7d %12d%n",
                operator,
                count(list, "PASSED"),
                count(list, "FAILED"),
                count(list, "UNSUPPORTED")));
  }

  private static void write(Path file, List<TestResult> results) {
    try (BufferedWriter writer = Files.newBufferedWriter(file)) {
      writer.write("test\tresult\tmilliseconds\treason\n");
      for (TestResult r : results) {
        writer.write(
            r.name()
                + "\t"
                + r.status().name().toLowerCase(Locale.ROOT)
                + "\t"
                + r.millis()
                + "\t"
                + r.reason().replace('\t', ' ')
                + "\n");
      }
    } catch (IOException e) {
      throw new GatunException(file + " cannot be written: " + FormatException.reason(e), e);
    }
  }
}
