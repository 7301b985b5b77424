package dev.gatun.formats.onnx.conformance;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import dev.gatun.formats.FileBytes;
import dev.gatun.formats.FormatException;
import dev.gatun.formats.onnx.OnnxModel;
import dev.gatun.formats.onnx.proto.DatumProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A model with pairs of inputs and expected outputs.
 *
 * @param name for reports
 * @param model the model file
 * @param pairs directories with input_i.pb and output_i.pb; empty for a light test, whose inputs
 *     are ramps and whose output lies beside the model
 */
record TestCase(String name, Path model, List<Path> pairs) {
  // Their outputs are sums that cancel: exact zeros are expected where a rounding error is left.
  private static final Set<String> NEAR_ZERO = Set.of("DFT", "STFT");
  private static final double NEAR_ZERO_ABSOLUTE = 1e-3;

  /** All tests below a directory, at any depth, sorted by name. */
  static List<TestCase> find(Path directory) {
    List<Path> models;
    try (Stream<Path> files = Files.walk(directory)) {
      models = files.filter(f -> f.toString().endsWith(".onnx")).sorted().toList();
    } catch (IOException e) {
      throw new FormatException(directory + " cannot be searched: " + e, e);
    }
    List<TestCase> tests = new ArrayList<>();
    for (Path model : models) {
      String file = model.getFileName().toString();
      Path folder = model.resolveSibling("");
      List<Path> pairs = subfolders(folder, "test_data_set_");
      String stem = file.substring(0, file.length() - ".onnx".length());
      if (file.equals("model.onnx") && !pairs.isEmpty()) {
        tests.add(new TestCase(name(directory, folder), model, pairs));
      } else if (Files.exists(model.resolveSibling(stem + "_output_0.pb"))) {
        tests.add(new TestCase(name(directory, folder.resolve(stem)), model, List.of()));
      }
    }
    return tests;
  }

  private static String name(Path directory, Path folder) {
    String name = directory.relativize(folder).toString();
    return name.isEmpty() ? String.valueOf(folder.normalize().getFileName()) : name;
  }

  private static List<Path> subfolders(Path folder, String prefix) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(f -> f.getFileName().toString().startsWith(prefix) && Files.isDirectory(f))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new FormatException(folder + " cannot be listed: " + e, e);
    }
  }

  /** Runs all pairs; the first difference in words, or empty. */
  Optional<String> run(OnnxModel loaded, ModelRunner runner, Tolerance tolerance) {
    Graph graph = loaded.model().graph();
    Tolerance own = tolerance;
    if (loaded.info().operators().keySet().stream().anyMatch(NEAR_ZERO::contains)) {
      own = new Tolerance(tolerance.relative(), Math.max(tolerance.absolute(), NEAR_ZERO_ABSOLUTE));
    }
    try (ModelRunner.Prepared prepared = runner.prepare(loaded.model())) {
      if (pairs.isEmpty()) {
        List<Datum> inputs = graph.inputs().stream().<Datum>map(TestCase::ramp).toList();
        String file = model.getFileName().toString();
        String stem = file.substring(0, file.length() - ".onnx".length());
        return compare(
            graph, prepared.run(inputs), model.resolveSibling(""), stem + "_output_", own);
      }
      for (Path pair : pairs) {
        List<Datum> outputs = prepared.run(inputs(loaded, pair));
        Optional<String> difference = compare(graph, outputs, pair, "output_", own);
        if (difference.isPresent()) {
          return difference;
        }
      }
    }
    return Optional.empty();
  }

  // The files are numbered as the graph's inputs are, those with a stored value left out if need
  // be.
  private static List<Datum> inputs(OnnxModel loaded, Path pair) {
    List<Datum> inputs = new ArrayList<>();
    int file = 0;
    for (Value input : loaded.model().graph().inputs()) {
      Path path = pair.resolve("input_" + file + ".pb");
      Tensor byDefault = loaded.model().defaults().get(input.name());
      if (Files.exists(path)) {
        inputs.add(DatumProto.read(FileBytes.open(path), input.type()));
        file++;
      } else if (byDefault != null) {
        inputs.add(byDefault);
      } else {
        throw new GatunException("the test has no " + path.getFileName() + " for " + input);
      }
    }
    return inputs;
  }

  private static Optional<String> compare(
      Graph graph, List<Datum> outputs, Path folder, String prefix, Tolerance tolerance) {
    int compared = 0;
    for (int i = 0; i < outputs.size(); i++) {
      Path path = folder.resolve(prefix + i + ".pb");
      if (!Files.exists(path)) {
        continue;
      }
      compared++;
      Type type = outputs.get(i).type();
      Datum expected = DatumProto.read(FileBytes.open(path), type);
      Optional<String> difference = Comparison.difference(outputs.get(i), expected, tolerance);
      if (difference.isPresent()) {
        return Optional.of("output '" + graph.outputNames().get(i) + "' " + difference.get());
      }
    }
    return compared > 0 ? Optional.empty() : Optional.of("there is no output to compare with");
  }

  /** x[i] = i / n in float64, rounded to float32. */
  private static Tensor ramp(Value input) {
    Type.OfTensor type = input.tensorType();
    if (type.dtype() != DType.F32 || !type.isFixed()) {
      throw new GatunException("a light test needs float32 inputs of fixed shape, not " + type);
    }
    TensorBuilder ramp = new TensorBuilder(DType.F32, type.shape());
    long n = type.shape().elements();
    for (long i = 0; i < n; i++) {
      ramp.set(i, i / (double) n);
    }
    return ramp.build();
  }
}
