package dev.gatun.cli;

import dev.gatun.core.exec.Explanation;
import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Session;
import dev.gatun.core.pass.Passes;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Type;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints the plan of a model: which kernel runs each step, and why others were refused. */
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    description = "Prints which kernel runs each step of a model, and why others do not.",
    footer = {"", "Example: gatun explain model.onnx --backend vector"})
final class ExplainCommand implements Callable<Integer> {
  @Mixin ModelOptions options = new ModelOptions();
  @Mixin Pictures pictures = new Pictures();

  @Parameters(index = "1..*", paramLabel = "INPUT", description = "Inputs as for run; sets shapes.")
  List<String> inputs = new ArrayList<>();

  @Option(
      names = "--dim",
      paramLabel = "INPUT.AXIS=SIZE",
      description = "Size of an open axis (default 1).")
  Map<String, Long> sizes = new LinkedHashMap<>();

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
    Map<String, Datum> values =
        new Inputs(options.model, loaded.graph(), sizes, pictures)
            .read(inputs, loaded.defaults().keySet());
    Map<String, Type> types = new LinkedHashMap<>();
    loaded.defaults().forEach((name, value) -> types.put(name, value.type()));
    values.forEach((name, value) -> types.put(name, value.type()));
    try (Session session = loaded.compile(options.session())) {
      Explanation explanation = session.explain(types);
      out.print(explanation);
    }
    return 0;
  }
}
