package dev.gatun.cli;

import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.plan.Backend;
import dev.gatun.formats.onnx.LoadOptions;
import dev.gatun.formats.onnx.Onnx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What every command that runs a model takes. */
final class ModelOptions {
  @Parameters(index = "0", paramLabel = "MODEL", description = "An ONNX file.")
  Path model = Path.of("");

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads, the caller included; 0 is all processors (default).")
  int threads;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description = "auto (default), vector, onednn, openblas or reference.")
  String backend = "auto";

  @Option(
      names = "--without",
      paramLabel = "PASS",
      split = ",",
      description = "Leave out compiler passes; gatun explain --passes lists them.")
  List<String> without = new ArrayList<>();

  @Option(
      names = "--fill-missing",
      description =
          "Give weights that the file leaves out (doc_string \"fill\") deterministic values.")
  boolean fillMissing;

  Model load() {
    return load(session());
  }

  /** Loads the model while what sessions with these options need is made ready. */
  Model load(SessionOptions how) {
    how.prepare();
    LoadOptions options = LoadOptions.defaults().withFrozenDefaults();
    return Onnx.load(model, fillMissing ? options.withFillMissing() : options);
  }

  SessionOptions session() {
    return SessionOptions.DEFAULT
        .backend(Backend.parse(backend))
        .threads(threads)
        .without(Set.copyOf(without).toArray(String[]::new));
  }
}
