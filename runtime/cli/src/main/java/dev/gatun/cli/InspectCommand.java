package dev.gatun.cli;

import dev.gatun.formats.onnx.Onnx;
import dev.gatun.formats.onnx.OnnxInfo;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Tells what is in a model file without running it. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description = "Tells what is in a model, and what of it Gatun cannot run.",
    footer = {
      "",
      "Exit code 1 when something is not supported.",
      "",
      "Example: gatun inspect m.onnx"
    })
final class InspectCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "An ONNX file.")
  Path model = Path.of("");

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    OnnxInfo info = Onnx.read(model);
    out.println("file        " + info.file());
    out.println("format      ONNX, IR version " + info.irVersion() + ", opsets " + info.opsets());
    if (!info.producer().isBlank()) {
      out.println("producer    " + info.producer());
    }
    info.metadata().forEach((key, value) -> out.println("metadata    " + key + " = " + value));
    out.printf(Locale.ROOT, "parameters  %,d%n", info.parameters());
    info.inputs().forEach((name, type) -> out.println("input       " + name + ": " + type));
    info.outputs().forEach((name, type) -> out.println("output      " + name + ": " + type));
    int nodes = info.operators().values().stream().mapToInt(Integer::intValue).sum();
    out.printf(Locale.ROOT, "operators   %d nodes of %d kinds%n", nodes, info.operators().size());
    info.operators().entrySet().stream()
        .sorted((a, b) -> b.getValue() - a.getValue())
        .forEach(e -> out.printf(Locale.ROOT, "  %6d  %s%n", e.getValue(), e.getKey()));
    if (info.problems().isEmpty()) {
      out.println("supported   yes");
      return 0;
    }
    out.println("supported   no: " + info.problems().size() + " problems");
    info.problems().forEach(problem -> out.println("  " + problem));
    return Main.FAILED;
  }
}
