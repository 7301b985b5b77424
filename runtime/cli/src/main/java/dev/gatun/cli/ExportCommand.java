package dev.gatun.cli;

import dev.gatun.core.exec.Model;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.formats.onnx.Onnx;
import dev.gatun.formats.onnx.OnnxExport;
import dev.gatun.formats.onnx.OnnxInfo;
import dev.gatun.models.Pretrained;
import dev.gatun.train.recipe.Evaluation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes networks as ONNX files. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = "Writes a network as an ONNX file (opset 21).",
    footer = {
      "",
      "A network is a folder as Hugging Face has them, what was given to train as",
      "--checkpoints (its latest checkpoint), or an ONNX file.",
      "",
      "Examples:",
      "  gatun export bert-base bert.onnx",
      "  gatun export run digits.onnx"
    })
final class ExportCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "NETWORK", description = "What to write.")
  Path source = Path.of("");

  @Parameters(index = "1", paramLabel = "OUT.onnx", description = "The file to write.")
  Path target = Path.of("");

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  CommandSpec spec;

  @Override
  public Integer call() {
    write();
    OnnxInfo info = Onnx.read(target);
    int nodes = info.operators().values().stream().mapToInt(Integer::intValue).sum();
    spec.commandLine()
        .getOut()
        .printf(
            Locale.ROOT,
            "%s: %d nodes, %,d parameters, inputs %s, outputs %s%n",
            target,
            nodes,
            info.parameters(),
            info.inputs(),
            info.outputs());
    return 0;
  }

  private void write() {
    if (Files.isRegularFile(source)) {
      if (Files.exists(target) && sameFile()) {
        throw new GatunException(target + " is what is read; write another file");
      }
      try (Model model = Onnx.load(source)) {
        OnnxExport.write(model, target);
      }
    } else if (Files.exists(source.resolve("config.json"))) {
      try (Pretrained network = Pretrained.load(source)) {
        OnnxExport.write(network.net().model(), target);
      }
    } else if (Files.isDirectory(source)) {
      try (Evaluation evaluation = Evaluation.of(source, Optional.empty())) {
        OnnxExport.write(evaluation.net().model(), target);
      }
    } else {
      throw new GatunException(source + ": no such file or folder");
    }
  }

  private boolean sameFile() {
    try {
      return Files.isSameFile(source, target);
    } catch (IOException e) {
      throw new GatunException(target + ": " + e.getMessage(), e);
    }
  }
}
