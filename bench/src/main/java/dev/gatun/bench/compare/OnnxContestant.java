package dev.gatun.bench.compare;

import dev.gatun.bench.duel.Contestant;
import dev.gatun.bench.measure.Sample;
import dev.gatun.core.exec.Model;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.onnx.FilledModel;
import dev.gatun.formats.onnx.LoadOptions;
import dev.gatun.formats.onnx.Onnx;
import dev.gatun.formats.onnx.SampleInputs;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A model that both engines can read and the inputs that both are given. */
final class OnnxContestant {
  /**
   * Prepares a model.
   *
   * @param work where copies are kept: filling in half a gigabyte once is enough
   * @param sizes of open axes, by "input.axis"
   */
  static Contestant of(Path model, Path work, Map<String, Long> sizes) {
    Path source = model.toAbsolutePath().normalize();
    String name = name(source);
    try {
      Files.createDirectories(work);
      Path file = source;
      if (FilledModel.isStripped(source)) {
        String version =
            String.format(
                Locale.ROOT,
                "%08x",
                (source + ":" + Files.size(source) + ":" + Files.getLastModifiedTime(source))
                    .hashCode());
        file = work.resolve(name + "-" + version + ".onnx");
        if (!Files.exists(file)) {
          FilledModel.write(source, file);
        }
      }
      Path inputs = work.resolve(name + ".inputs");
      Sample.write(inputs, inputs(file, source, sizes));
      return new Contestant(name, file.toString(), inputs);
    } catch (IOException e) {
      throw new GatunException(model + ": " + e, e);
    }
  }

  private static String name(Path model) {
    String file = String.valueOf(model.getFileName());
    String stem = file.endsWith(".onnx") ? file.substring(0, file.length() - 5) : file;
    Path parent = model.getParent();
    return stem.equals("model") && parent != null ? String.valueOf(parent.getFileName()) : stem;
  }

  private static List<Sample> inputs(Path file, Path source, Map<String, Long> sizes) {
    Model model = Onnx.load(file, LoadOptions.defaults().withFrozenDefaults());
    SampleInputs samples = new SampleInputs(model.graph(), sizes);
    Map<String, Datum> values =
        new LinkedHashMap<>(samples.beside(source, model.defaults().keySet()));
    for (Value input : model.graph().inputs()) {
      if (!values.containsKey(input.name()) && !model.defaults().containsKey(input.name())) {
        values.put(input.name(), samples.generated(input));
      }
    }
    List<Sample> inputs = new ArrayList<>();
    for (Map.Entry<String, Datum> entry : values.entrySet()) {
      if (!(entry.getValue() instanceof Tensor tensor) || tensor.dtype() == DType.STRING) {
        throw new GatunException(
            "input '"
                + entry.getKey()
                + "' is a "
                + entry.getValue().type()
                + "; only models with tensors of numbers can be compared");
      }
      inputs.add(
          new Sample(
              entry.getKey(),
              tensor.dtype().name(),
              tensor.shape().sizes(),
              tensor.data().toArray(ValueLayout.JAVA_BYTE)));
    }
    return inputs;
  }

  private OnnxContestant() {}
}
