package dev.gatun.cli;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import dev.gatun.formats.FileBytes;
import dev.gatun.formats.TensorFiles;
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
  private final Pictures pictures;

  Inputs(Path model, Graph graph, Map<String, Long> sizes, Pictures pictures) {
    this.model = model;
    this.graph = graph;
    this.sizes = sizes;
    this.pictures = pictures;
  }

  /**
   * Values for all inputs.
   *
   * @param arguments "name=file", or "file" for the next input that has none
   * @param optional names of inputs that have defaults
   */
  Map<String, Datum> read(List<String> arguments, Set<String> optional) {
    Map<String, Datum> values = new LinkedHashMap<>();
    List<String> unnamed = new ArrayList<>();
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      String name = equals < 0 ? "" : argument.substring(0, equals);
      if (graph.inputs().stream().anyMatch(v -> v.name().equals(name))) {
        values.put(name, one(input(name), Path.of(argument.substring(equals + 1))));
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
      values.putAll(beside(optional));
    }
    for (Value input : graph.inputs()) {
      if (!values.containsKey(input.name()) && !optional.contains(input.name())) {
        values.put(input.name(), generated(input));
      }
    }
    return values;
  }

  /** The inputs of test_data_set_0 beside the model, as the ONNX model zoo has them. */
  private Map<String, Datum> beside(Set<String> optional) {
    Map<String, Datum> values = new LinkedHashMap<>();
    Path folder = model.resolveSibling("test_data_set_0");
    int file = 0;
    for (Value input : graph.inputs()) {
      Path path = folder.resolve("input_" + file + ".pb");
      if (Files.exists(path)) {
        values.put(input.name(), DatumProto.read(FileBytes.open(path), input.type()));
        file++;
      } else if (!optional.contains(input.name())) {
        return Map.of();
      }
    }
    return values;
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

  /** Reproducible values: floats in [-1, 1), integers 0 and 1 in turn, true. */
  Datum generated(Value input) {
    if (!(input.type() instanceof Type.OfTensor(DType dtype, Shape shape))) {
      throw new GatunException(
          "input '" + input.name() + "' is a " + input.type() + "; give a file for it");
    }
    long[] fixed = shape.isRanked() ? shape.sizes() : new long[0];
    for (int i = 0; i < fixed.length; i++) {
      if (fixed[i] < 0) {
        fixed[i] = sizes.getOrDefault(input.name() + "." + i, 1L);
      }
    }
    TensorBuilder b = new TensorBuilder(dtype, Shape.of(fixed));
    long count = b.shape().elements();
    long state = input.name().hashCode();
    for (long i = 0; i < count; i++) {
      state = state * 6364136223846793005L + 1442695040888963407L;
      if (dtype == DType.STRING) {
        b.set(i, "");
      } else if (dtype == DType.BOOL) {
        b.set(i, true);
      } else if (dtype.isFloat()) {
        b.set(i, (state >> 40) * 0x1p-23);
      } else {
        b.set(i, i & 1);
      }
    }
    return b.build();
  }
}
