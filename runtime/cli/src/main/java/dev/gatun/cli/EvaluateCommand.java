package dev.gatun.cli;

import dev.gatun.train.recipe.Evaluation;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures what a run has learnt. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    description = "Measures the latest checkpoint of a run; text models also write some text.",
    footer = {
      "",
      "Without --data that part of the run's own data which was held back is",
      "measured, and its test part if it has one; other data as a whole.",
      "",
      "Examples:",
      "  gatun evaluate run",
      "  gatun evaluate run --data other.csv",
      "  gatun evaluate gpt --length 500 --seed 3"
    })
final class EvaluateCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "DIR",
      description = "What was given to train as --checkpoints.")
  Path folder = Path.of("");

  @Option(names = "--data", paramLabel = "DATA", description = "Other data of the same kind.")
  @Nullable String data;

  @Option(
      names = "--length",
      paramLabel = "N",
      description = "Characters that a text model writes (default 300).")
  int length = 300;

  @Option(names = "--seed", paramLabel = "N", description = "Decides what it writes.")
  long seed = 1;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try (Evaluation evaluation = Evaluation.of(folder, Optional.ofNullable(data))) {
      out.println(evaluation.describe());
      table(out, evaluation.values());
      String text = evaluation.sample(Math.max(0, length), seed);
      if (!text.isEmpty()) {
        out.println();
        out.println(text);
      }
    }
    return 0;
  }

  private static void table(PrintWriter out, Map<String, Map<String, Double>> parts) {
    Set<String> names = new LinkedHashSet<>();
    parts.values().forEach(values -> names.addAll(values.keySet()));
    out.printf("%-20s", "");
    parts.keySet().forEach(part -> out.printf(" %12s", part));
    out.println();
    for (String name : names) {
      out.printf("%-20s", name);
      parts
          .values()
          .forEach(
              values -> out.printf(Locale.ROOT, " %12.4f", values.getOrDefault(name, Double.NaN)));
      out.println();
    }
  }
}
