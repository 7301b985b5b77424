package dev.gatun.cli;

import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.FormatException;
import dev.gatun.formats.Npy;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a model once and prints its outputs. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = "Runs a model once and prints its outputs.",
    footer = {
      "",
      "Without any INPUT, test_data_set_0 beside the model is taken if there is",
      "one, but for inputs that --dim names. What then has no value is generated,",
      "the same each time.",
      "",
      "Examples:",
      "  gatun run model.onnx",
      "  gatun run model.onnx x=x.npy ids=ids.pb --save out",
      "  gatun run net.onnx cat.jpg --mean 0.485,0.456,0.406 --top-k 5"
    })
final class RunCommand implements Callable<Integer> {
  @Mixin ModelOptions options = new ModelOptions();
  @Mixin GivenInputs inputs = new GivenInputs();

  @Option(names = "--top-k", paramLabel = "K", description = "Print the K largest elements.")
  int topK;

  @Option(names = "--save", paramLabel = "DIR", description = "Write each output as DIR/name.npy.")
  @Nullable Path save;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    SessionOptions how = options.session().quickStart(true);
    Model loaded = options.load(how);
    Map<String, Datum> values = inputs.read(options.model, loaded);
    try (Session session = loaded.compile(how)) {
      Outputs outputs = session.run(values);
      outputs.asMap().forEach((name, value) -> print(out, name, value));
      if (save != null) {
        save(save, outputs.asMap());
      }
    }
    return 0;
  }

  private void print(PrintWriter out, String name, Datum value) {
    if (value instanceof Tensor tensor) {
      out.println(name + ": " + tensor);
      if (topK > 0 && !tensor.dtype().name().equals("STRING")) {
        IntStream.range(0, Math.toIntExact(tensor.elements()))
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -tensor.getDouble(i)))
            .limit(topK)
            .forEach(i -> out.printf(Locale.ROOT, "  %8d  %.6f%n", i, tensor.getDouble(i)));
      }
    } else {
      out.println(name + ": " + value);
    }
  }

  private static void save(Path directory, Map<String, Datum> outputs) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new GatunException(directory + " cannot be made: " + FormatException.reason(e), e);
    }
    outputs.forEach(
        (name, value) -> {
          if (!(value instanceof Tensor tensor)) {
            throw new GatunException("output '" + name + "' is no tensor; .npy cannot hold it");
          }
          // A name may hold separators; it must stay inside the directory.
          Npy.write(directory.resolve(name.replaceAll("[^A-Za-z0-9_.-]", "_") + ".npy"), tensor);
        });
  }
}
