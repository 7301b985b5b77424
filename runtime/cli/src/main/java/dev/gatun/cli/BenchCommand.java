package dev.gatun.cli;

import dev.gatun.core.exec.Explanation;
import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Session;
import dev.gatun.core.tensor.Datum;
import dev.gatun.formats.FormatException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.ObjectMapper;

/** Measures a model: the first run, then the steady state. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Measures cold and warm latency, throughput and memory of a model.",
    footer = {"", "Example: gatun bench model.onnx --threads 1 --seconds 10 --json result.json"})
final class BenchCommand implements Callable<Integer> {
  @Mixin ModelOptions options = new ModelOptions();
  @Mixin GivenInputs inputs = new GivenInputs();

  @Option(names = "--warmup", paramLabel = "SECONDS", description = "Before measuring (default 3).")
  double warmup = 3;

  @Option(names = "--seconds", paramLabel = "SECONDS", description = "To measure (default 5).")
  double seconds = 5;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures as JSON, too.")
  @Nullable Path json;

  @Option(
      names = "--profile",
      description = "Then time each step: median, share of the run, GFLOP/s and GB/s.")
  boolean profile;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  CommandSpec spec;

  @Override
  public Integer call() {
    long begin = System.nanoTime();
    Model loaded = options.load();
    Map<String, Datum> values = inputs.read(options.model, loaded);
    double loadMs = millisSince(begin);
    Map<String, Object> figures = new LinkedHashMap<>();
    String steps = "";
    try (Session session = loaded.compile(options.session())) {
      begin = System.nanoTime();
      session.run(values).close();
      double firstMs = millisSince(begin);
      repeat(session, values, warmup);
      double[] times = repeat(session, values, seconds);
      Arrays.sort(times);
      Explanation plan = session.explain(GivenInputs.types(loaded, values));
      double median = percentile(times, 0.5);
      figures.put("model", options.model.toString());
      figures.put("backend", options.backend);
      figures.put("threads", session.threads());
      figures.put("load_ms", loadMs);
      figures.put("first_ms", firstMs);
      figures.put("runs", times.length);
      figures.put("min_ms", times[0]);
      figures.put("p50_ms", median);
      figures.put("p90_ms", percentile(times, 0.9));
      figures.put("p99_ms", percentile(times, 0.99));
      figures.put("per_second", 1000 / (Arrays.stream(times).sum() / times.length));
      figures.put("gflop", plan.flops() / 1e9);
      figures.put("gflops", plan.flops() / 1e6 / median);
      figures.put("arena_mb", plan.arenaBytes() / 1e6);
      figures.put("weights_mb", plan.weightBytes() / 1e6);
      figures.put("resident_mb", residentBytes() / 1e6);
      if (profile) {
        steps = session.profile(values, 0, seconds).toString();
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    figures.forEach((name, value) -> out.printf(Locale.ROOT, "%-12s %s%n", name, text(value)));
    out.print(steps);
    if (json != null) {
      write(json, figures);
    }
    return 0;
  }

  private static String text(Object value) {
    return value instanceof Double d
        ? new DecimalFormat("0.000", DecimalFormatSymbols.getInstance(Locale.ROOT)).format(d)
        : value.toString();
  }

  private static double[] repeat(Session session, Map<String, Datum> values, double seconds) {
    List<Double> times = new ArrayList<>();
    long end = System.nanoTime() + (long) (seconds * 1e9);
    do {
      long begin = System.nanoTime();
      session.run(values).close();
      times.add(millisSince(begin));
    } while (System.nanoTime() < end);
    return times.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static double millisSince(long begin) {
    return (System.nanoTime() - begin) / 1e6;
  }

  private static double percentile(double[] sorted, double fraction) {
    return sorted[(int) Math.min(sorted.length - 1, Math.floor(fraction * sorted.length))];
  }

  /** Resident set of this process; 0 where the system does not tell. */
  private static long residentBytes() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
        }
      }
    } catch (IOException e) {
      return 0;
    }
    return 0;
  }

  private static void write(Path file, Map<String, Object> figures) {
    try {
      Files.writeString(
          file,
          new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(figures) + "\n");
    } catch (IOException e) {
      throw new dev.gatun.core.tensor.GatunException(
          file + " cannot be written: " + FormatException.reason(e), e);
    }
  }
}
