package dev.gatun.cli;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.formats.FileBytes;
import dev.gatun.formats.TensorFiles;
import dev.gatun.formats.onnx.SampleInputs;
import dev.gatun.formats.onnx.proto.DatumProto;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Finds a value for each input: from files and pictures; without any from the test data beside the
 * model; or made up.
 */
final class Inputs {
  private final Path model;
  private final Graph graph;
  private final Map<String, Long> sizes;
  private final SampleInputs samples;
  private final Pictures pictures;

  Inputs(Path model, Graph graph, Map<String, Long> sizes, Pictures pictures) {
    this.model = model;
    this.graph = graph;
    this.sizes = sizes;
    samples = new SampleInputs(graph, sizes);
    this.pictures = pictures;
  }

  /**
   * Values for all inputs.
   *
   * @param arguments "name=file", or "file" for the next input that has none
   * @param optional names of inputs that have defaults
   */
  Map<String, Datum> read(List<String> arguments, Set<String> optional) {
    sizes.forEach(this::requireOpenAxis);
    Map<String, Datum> values = new LinkedHashMap<>();
    List<String> unnamed = new ArrayList<>();
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      String name = equals < 0 ? "" : argument.substring(0, equals);
      if (graph.inputs().stream().anyMatch(v -> v.name().equals(name))) {
        values.put(name, one(input(name), Path.of(argument.substring(equals + 1))));
      } else if (equals > 0 && !Files.exists(Path.of(argument))) {
        throw new GatunException("there is no input '" + name + "'; the inputs are " + names());
      } else {
        unnamed.add(argument);
      }
    }
    for (String file : unnamed) {
      Path path = Path.of(file);
      if (file.toLowerCase(Locale.ROOT).endsWith(".npz")) {
        TensorFiles.read(path).forEach(values::put);
        continue;
      }
      Value next =
          graph.inputs().stream()
              .filter(v -> !values.containsKey(v.name()))
              .findFirst()
              .orElseThrow(() -> new GatunException("there is no input left for the file " + file));
      values.put(next.name(), one(next, path));
    }
    if (arguments.isEmpty()) {
      values.putAll(samples.beside(model, optional));
      // A size that somebody asks for is that of a generated input.
      sizes.keySet().forEach(key -> values.remove(key.substring(0, key.lastIndexOf('.'))));
    }
    for (Value input : graph.inputs()) {
      if (!values.containsKey(input.name()) && !optional.contains(input.name())) {
        values.put(input.name(), samples.generated(input));
      }
    }
    return values;
  }

  private List<String> names() {
    return graph.inputs().stream().map(Value::name).toList();
  }

  /** A size that nobody would use is a mistake to tell of. */
  private void requireOpenAxis(String key, long size) {
    for (Value input : graph.inputs()) {
      if (!(input.type() instanceof Type.OfTensor(DType _, Shape shape)) || !shape.isRanked()) {
        continue;
      }
      for (int axis = 0; axis < shape.rank(); axis++) {
        if (key.equals(input.name() + "." + axis)) {
          if (shape.size(axis) >= 0) {
            throw new GatunException(
                "--dim "
                    + key
                    + ": the axis is not open, '"
                    + input.name()
                    + "' is "
                    + input.type());
          }
          if (size < 0) {
            throw new GatunException("--dim " + key + ": the size must not be negative: " + size);
          }
          return;
        }
      }
    }
    throw new GatunException(
        "--dim " + key + ": no input has such an axis; the inputs are " + graph.inputs());
  }

  private Value input(String name) {
    return graph.inputs().stream().filter(v -> v.name().equals(name)).findFirst().orElseThrow();
  }

  private Datum one(Value input, Path path) {
    String file = path.toString().toLowerCase(Locale.ROOT);
    if (file.endsWith(".pb")) {
      return DatumProto.read(FileBytes.open(path), input.type());
    }
    if (file.endsWith(".npy") || file.endsWith(".npz") || file.endsWith(".safetensors")) {
      Map<String, Tensor> tensors = TensorFiles.read(path);
      Tensor found =
          tensors.size() == 1 ? tensors.values().iterator().next() : tensors.get(input.name());
      if (found == null) {
        throw new GatunException(
            path + " has no tensor '" + input.name() + "'; it has " + tensors.keySet());
      }
      return found;
    }
    return pictures.read(path, input);
  }
}
