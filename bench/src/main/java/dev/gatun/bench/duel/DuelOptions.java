package dev.gatun.bench.duel;

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
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** What every command that measures two engines asks for. */
public final class DuelOptions {
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

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures as JSON, too.")
  @Nullable Path json;

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description = "Where files are kept (default: bench/target/compare).")
  Path work = Path.of(System.getProperty("gatun.bench.work", "bench/target/compare"));

  /** Refuses what cannot be measured, and fills in what was not given. */
  public void check() {
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
    work = work.toAbsolutePath().normalize();
  }

  /** Where files are kept. */
  public Path work() {
    return work;
  }

  /** Writes the figures as JSON if that is wanted. */
  public void save(Results all) {
    if (json != null) {
      write(json, JsonResults.write(all));
    }
  }

  /** Writes a text file. */
  public static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new GatunException(file + " cannot be written: " + e, e);
    }
  }

  /** The command line of a command, which tells what went wrong in a line. */
  public static CommandLine commandLine(Object command) {
    CommandLine line = new CommandLine(command);
    line.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
    line.setExecutionExceptionHandler(
        (e, failed, parsed) -> {
          failed.getErr().println(failed.getCommandName() + ": " + e.getMessage());
          return CommandLine.ExitCode.SOFTWARE;
        });
    return line;
  }

  /** The options that figures depend on. */
  Map<String, Object> facts() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("backend", backend);
    facts.put("rounds", rounds);
    facts.put("seconds", seconds);
    facts.put("warmup", warmup);
    facts.put("cold", cold);
    return facts;
  }
}
