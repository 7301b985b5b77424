package dev.gatun.cli;

import dev.gatun.train.recipe.Run;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Goes on with a run from its latest checkpoint. */
@Command(
    name = "resume",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Goes on with a run from its latest checkpoint.",
    footer = {
      "",
      "Ends with the same weights, bit for bit, as if it had not been interrupted",
      "(unless --minutes ends it). Damaged checkpoints are passed over.",
      "",
      "Example: gatun resume run --curves loss.svg"
    })
final class ResumeCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "DIR",
      description = "What was given to train as --checkpoints.")
  Path folder = Path.of("");

  @Mixin TrainReports reports = new TrainReports();

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  CommandSpec spec;

  @Override
  public Integer call() {
    return resume(folder, reports, spec.commandLine().getOut());
  }

  static int resume(Path folder, TrainReports reports, PrintWriter out) {
    return reports.train(
        String.valueOf(folder),
        out,
        listeners -> {
          Run run = Run.resume(folder, reports.everySteps, listeners);
          out.println(
              run.isResumed()
                  ? "resumed after step " + run.trainer().steps()
                  : "there is no checkpoint yet: from the beginning");
          return run;
        });
  }
}
