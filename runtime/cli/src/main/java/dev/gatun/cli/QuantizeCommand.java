package dev.gatun.cli;

import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.quant.Deviation;
import dev.gatun.core.quant.Quantized;
import dev.gatun.core.quant.Quantizer;
import dev.gatun.core.quant.Range;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.TensorFiles;
import dev.gatun.formats.onnx.LoadOptions;
import dev.gatun.formats.onnx.Onnx;
import dev.gatun.formats.onnx.OnnxExport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a model with 8-bit integers and says what that changes. */
@Command(
    name = "quantize",
    mixinStandardHelpOptions = true,
    description = "Writes an ONNX model with 8-bit integers, and says what that changes.",
    footer = {
      "",
      "With --weights-only, weights become int8 and the file about a quarter of its",
      "size. Else what products and convolutions take and give becomes uint8, too",
      "(QuantizeLinear and DequantizeLinear around each of them, as other engines",
      "look for it); its ranges are those of --data.",
      "",
      "Examples:",
      "  gatun quantize net.onnx small.onnx --weights-only",
      "  gatun quantize net.onnx int8.onnx --data x=pictures.npy --labels classes.npy"
    })
final class QuantizeCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "MODEL", description = "An ONNX file.")
  Path source = Path.of("");

  @Parameters(index = "1", paramLabel = "OUT.onnx", description = "The file to write.")
  Path target = Path.of("");

  @Option(names = "--weights-only", description = "Leave activations in float32.")
  boolean weightsOnly;

  @Option(
      names = "--data",
      paramLabel = "INPUT",
      description = "name=FILE or FILE: .npy, .npz or .safetensors; axis 0 counts samples.")
  List<String> data = new ArrayList<>();

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description = "Classes of the samples of --data (.npy): accuracy before and after.")
  @Nullable Path labels;

  @Option(
      names = "--clip",
      paramLabel = "PERCENT",
      description = "Percent of an activation's values that stay within its range (default 100).")
  double percent = 100;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Samples in a run where the model leaves it open (default 32).")
  int batch = 32;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (!weightsOnly && data.isEmpty()) {
      throw new GatunException(
          "activations need samples to find their ranges: give --data, or --weights-only");
    }
    if (labels != null && data.isEmpty()) {
      throw new GatunException("--labels are those of --data, which is missing");
    }
    if (!(percent > 50 && percent <= 100)) {
      throw new GatunException("--clip must be more than 50 and at most 100, got " + percent);
    }
    if (Files.exists(target) && Files.isSameFile(source, target)) {
      throw new GatunException(target + " is what is read; write another file");
    }
    PrintWriter out = spec.commandLine().getOut();
    try (Model model = load(source)) {
      List<Map<String, Datum>> samples = samples(model);
      Quantized quantized =
          weightsOnly
              ? Quantizer.weights(model)
              : Quantizer.calibrated(model, samples, Range.percentile(percent));
      OnnxExport.write(quantized.model(), target);
      out.printf(
          Locale.ROOT,
          "%s: %d weights int8, %d activations uint8; %,d of %,d bytes (%.1f %%)%n",
          target,
          quantized.weights().size(),
          quantized.activations().size(),
          Files.size(target),
          Files.size(source),
          100.0 * Files.size(target) / Files.size(source));
      try (Model written = load(target)) {
        report(out, model, written, samples);
      }
    }
    return 0;
  }

  private static Model load(Path file) {
    return Onnx.load(file, LoadOptions.defaults().withFrozenDefaults());
  }

  private void report(
      PrintWriter out, Model model, Model written, List<Map<String, Datum>> samples) {
    Map<String, Deviation> all = Deviation.between(model, written, samples);
    out.printf("against float32 on %s:%n", data.isEmpty() ? "generated inputs" : "--data");
    all.forEach(
        (name, d) ->
            out.printf(
                Locale.ROOT,
                "  %s: largest deviation %.3g, relative (RMS) %.3g, same largest element in %.2f %%"
                    + " of %,d rows%n",
                name,
                d.largest(),
                d.relative(),
                100 * d.agreement(),
                d.rows()));
    if (labels != null) {
      long[] classes = one(TensorFiles.read(labels), labels.toString()).toLongs();
      out.printf(
          Locale.ROOT,
          "  accuracy %.4f before, %.4f after%n",
          accuracy(model, samples, classes),
          accuracy(written, samples, classes));
    }
  }

  private List<Map<String, Datum>> samples(Model model) {
    if (data.isEmpty()) {
      return List.of(
          new Inputs(source, model.graph(), Map.of(), new Pictures())
              .read(List.of(), Set.copyOf(model.defaults().keySet())));
    }
    Map<String, Tensor> whole = new LinkedHashMap<>();
    for (String argument : data) {
      int equals = argument.indexOf('=');
      String name = equals < 0 ? "" : argument.substring(0, equals);
      Path file = Path.of(argument.substring(equals + 1));
      Map<String, Tensor> tensors = TensorFiles.read(file);
      if (!name.isEmpty()) {
        whole.put(name, one(tensors, argument));
      } else if (tensors.size() == 1 && model.graph().inputs().size() == 1) {
        whole.put(model.graph().inputs().get(0).name(), one(tensors, argument));
      } else {
        whole.putAll(tensors);
      }
    }
    return SampleBatches.of(model.graph(), whole, batch);
  }

  private static Tensor one(Map<String, Tensor> tensors, String file) {
    if (tensors.size() != 1) {
      throw new GatunException(file + " must have one tensor, it has " + tensors.keySet());
    }
    return tensors.values().iterator().next();
  }

  private static double accuracy(Model model, List<Map<String, Datum>> samples, long[] classes) {
    int at = 0;
    int right = 0;
    try (Session session = model.compile()) {
      for (Map<String, Datum> sample : samples) {
        try (Outputs outputs = session.run(sample)) {
          Tensor scores = outputs.get(model.graph().outputNames().get(0));
          int row = Math.toIntExact(scores.shape().size(-1));
          float[] values = scores.toFloats();
          if (at + values.length / row > classes.length) {
            throw new GatunException(
                "--labels: there are " + classes.length + " classes, but more rows of results");
          }
          for (int i = 0; i < values.length; i += row) {
            int best = 0;
            for (int k = 1; k < row; k++) {
              best = values[i + k] > values[i + best] ? k : best;
            }
            right += best == classes[at++] ? 1 : 0;
          }
        }
      }
    }
    return (double) right / at;
  }
}
