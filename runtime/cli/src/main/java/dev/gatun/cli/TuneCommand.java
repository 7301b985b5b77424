package dev.gatun.cli;

import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Session;
import dev.gatun.core.exec.Tuning;
import dev.gatun.core.plan.Choices;
import dev.gatun.core.tensor.Datum;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures which library's kernels are the fastest for each step, and keeps the result. */
@Command(
    name = "tune",
    mixinStandardHelpOptions = true,
    description = {
      "Measures, for each step of a model, whose kernels are the fastest on this machine.",
      "Later runs of this and other models follow the result. Let nothing else run meanwhile."
    },
    footer = {
      "",
      "Results are kept in ~/.cache/gatun/tuning (or $XDG_CACHE_HOME), a file for",
      "each processor, JDK and number of threads; delete it to forget them.",
      "",
      "Example: gatun tune model.onnx --threads 4"
    })
final class TuneCommand implements Callable<Integer> {
  @Mixin ModelOptions options = new ModelOptions();
  @Mixin GivenInputs inputs = new GivenInputs();

  @Option(names = "--warmup", paramLabel = "SECONDS", description = "Before measuring (default 8).")
  double warmup = 8;

  @Option(names = "--seconds", paramLabel = "SECONDS", description = "To measure (default 5).")
  double seconds = 5;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  CommandSpec spec;

  @Override
  public Integer call() {
    Model loaded = options.load();
    Map<String, Datum> values = inputs.read(options.model, loaded);
    PrintWriter out = spec.commandLine().getOut();
    try (Session session = loaded.compile(options.session())) {
      Tuning tuning = session.tune(values, warmup, seconds);
      out.print(tuning);
      Choices.file(session.threads()).ifPresent(file -> out.println("kept in " + file));
    }
    return 0;
  }
}
