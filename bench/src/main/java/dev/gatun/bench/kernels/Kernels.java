package dev.gatun.bench.kernels;

import dev.gatun.bench.measure.Machine;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.runner.RunnerException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command line of {@code bench/kernels}. */
@Command(
    name = "bench/kernels",
    mixinStandardHelpOptions = true,
    description = {
      "Times kernels with JMH: Gatun's own against oneDNN, OpenBLAS (single-threaded, driven by"
          + " Gatun's team), scalar code and the roof measured in the same rounds.",
      "The roof is multiply-adds on registers, or a read or copy of as many bytes. Exit code 1 when"
          + " results disagree."
    },
    footer = {"", "Example: bench/kernels 'gemm|conv' --threads 1,4 --json kernels.json"})
final class Kernels implements Callable<Integer> {
  @Parameters(
      arity = "0..1",
      paramLabel = "PATTERN",
      description = "Only kernels whose name contains this regular expression.")
  Pattern pattern = Pattern.compile("");

  @Option(names = "--list", description = "Print the names and do nothing.")
  boolean list;

  @Option(
      names = "--threads",
      paramLabel = "N",
      split = ",",
      description = "Numbers of threads (default: 1 and all processors).")
  List<Integer> threads = new ArrayList<>();

  @Option(names = "--rounds", paramLabel = "N", description = "Timings of each (default 5).")
  int rounds = 5;

  @Option(names = "--seconds", paramLabel = "S", description = "Of one timing (default 0.2).")
  double seconds = 0.2;

  @Option(names = "--warmup", paramLabel = "S", description = "Before the first (default 1).")
  double warmup = 1;

  @Option(
      names = "--forks",
      paramLabel = "N",
      description = "JVMs for each timing; 0 (default) times all in one, as a program runs them.")
  int forks;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures as JSON, too.")
  @Nullable Path json;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  CommandSpec spec;

  /** Runs a command line and ends the process. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Kernels());
    line.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
    line.setExecutionExceptionHandler(
        (e, command, parsed) -> {
          command.getErr().println("bench/kernels: " + e.getMessage());
          return CommandLine.ExitCode.SOFTWARE;
        });
    return line;
  }

  @Override
  public Integer call() throws RunnerException, IOException {
    PrintWriter out = spec.commandLine().getOut();
    List<String> names =
        KernelCases.ALL.keySet().stream().filter(name -> pattern.matcher(name).find()).toList();
    if (list) {
      names.forEach(out::println);
      return 0;
    }
    if (names.isEmpty()) {
      throw new IllegalArgumentException("no kernel is called like " + pattern + "; see --list");
    }
    if (rounds < 1 || seconds <= 0 || warmup < 0 || forks < 0) {
      throw new IllegalArgumentException(
          "--rounds and --seconds must be positive, --warmup and --forks not negative");
    }
    if (threads.isEmpty()) {
      threads.add(1);
      int all = Runtime.getRuntime().availableProcessors();
      if (all > 1) {
        threads.add(all);
      }
    }
    Map<String, Object> machine = Machine.facts();
    machine.forEach((name, value) -> out.printf("%-10s %s%n", name, value));
    out.println(KernelTable.header());
    KernelDuel duel = new KernelDuel(rounds, seconds, warmup, forks);
    List<KernelResult> results = new ArrayList<>();
    for (int n : threads) {
      for (String name : names) {
        KernelResult result = duel.run(name, n);
        results.add(result);
        out.println(KernelTable.line(result));
      }
    }
    out.println();
    KernelTable.summary(results).forEach(out::println);
    if (json != null) {
      Files.writeString(json, KernelTable.json(machine, results));
    }
    return results.stream().allMatch(r -> r.problem().isEmpty()) ? 0 : 1;
  }
}
