package dev.gatun.cli;

import dev.gatun.core.exec.Explanation;
import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Session;
import dev.gatun.core.pass.Passes;
import dev.gatun.core.tensor.Datum;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints the plan of a model: which kernel runs each step, and why others were refused. */
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    description = "Prints which kernel runs each step of a model, and why others do not.",
    footer = {"", "Example: gatun explain model.onnx --backend vector"})
final class ExplainCommand implements Callable<Integer> {
  @Mixin ModelOptions options = new ModelOptions();
  @Mixin GivenInputs inputs = new GivenInputs();

  @Option(names = "--passes", description = "List the compiler's passes, too.")
  boolean passes;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (passes) {
      out.println("passes: " + String.join(", ", Passes.names()));
    }
    Model loaded = options.load();
    Map<String, Datum> values = inputs.read(options.model, loaded);
    try (Session session = loaded.compile(options.session())) {
      Explanation explanation = session.explain(GivenInputs.types(loaded, values));
      out.print(explanation);
    }
    return 0;
  }
}
