package dev.gatun.formats.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.Value;
import dev.gatun.core.plan.Backend;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.formats.FileBytes;
import dev.gatun.formats.onnx.conformance.Comparison;
import dev.gatun.formats.onnx.conformance.ModelRunner;
import dev.gatun.formats.onnx.conformance.Tolerance;
import dev.gatun.formats.onnx.proto.DatumProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Real models against outputs of ONNX Runtime, operator by operator and compiled. */
@Tag("slow")
class OnnxModelsTests {
  private static final Tolerance TOLERANCE = new Tolerance(1e-3, 1e-4);
  // Its 20 GFLOP take the interpreter too long; compiled sessions run it.
  private static final String LARGE = "tvm_super_resolution";

  private static Path models() {
    return SharedFiles.onnx("models");
  }

  static Stream<Path> modelFiles() throws IOException {
    if (!Files.isDirectory(models())) {
      return Stream.of(models());
    }
    try (Stream<Path> files = Files.walk(models(), 2)) {
      return files
          .filter(f -> f.getFileName().toString().matches("model(_std)?\\.onnx"))
          .sorted()
          .toList()
          .stream();
    }
  }

  /** One data set shows what the operators mean; the sessions run all of them. */
  @ParameterizedTest
  @MethodSource("modelFiles")
  void agreesWithTheGoldenOutputs(Path file) throws IOException {
    assumeTrue(Files.isRegularFile(file), () -> file + " is not there");
    assumeFalse(file.toString().contains(LARGE), "too large for the interpreter");
    Model model = Onnx.load(file);
    Path folder = file.resolveSibling("test_data_set_0");
    List<Datum> inputs = inputs(model, folder);
    compare(folder, new Interpreter().run(model.graph(), inputs));
  }

  @ParameterizedTest
  @MethodSource("modelFiles")
  void aSessionAgreesWithTheGoldenOutputs(Path file) throws IOException {
    assumeTrue(Files.isRegularFile(file), () -> file + " is not there");
    SessionOptions options = TestedOptions.get();
    assumeFalse(options.backend() == Backend.REFERENCE, "that is the test above");
    try (Model model = Onnx.load(file);
        ModelRunner.Prepared session = ModelRunner.sessions(options).prepare(model)) {
      Path folder = file.resolveSibling("test_data_set_0");
      assertTrue(Files.isDirectory(folder), () -> file + " has no golden outputs");
      for (int set = 1; Files.isDirectory(folder); set++) {
        compare(folder, session.run(inputs(model, folder)));
        folder = file.resolveSibling("test_data_set_" + set);
      }
    }
  }

  private static List<Datum> inputs(Model model, Path folder) throws IOException {
    List<Datum> inputs = new ArrayList<>();
    for (Value input : model.graph().inputs()) {
      Path path = folder.resolve("input_" + inputs.size() + ".pb");
      inputs.add(DatumProto.read(FileBytes.open(path), input.type()));
    }
    return inputs;
  }

  private static void compare(Path folder, List<Datum> outputs) throws IOException {
    assertFalse(outputs.isEmpty());
    for (int i = 0; i < outputs.size(); i++) {
      Path path = folder.resolve("output_" + i + ".pb");
      if (Files.exists(path)) {
        Datum expected = DatumProto.read(FileBytes.open(path), outputs.get(i).type());
        assertEquals(Optional.empty(), Comparison.difference(outputs.get(i), expected, TOLERANCE));
      } else {
        compareMaps(folder.resolve("output_" + i + ".json"), outputs.get(i));
      }
    }
  }

  /** A list of objects from label to probability. */
  private static void compareMaps(Path json, Datum found) throws IOException {
    JsonNode expected = new ObjectMapper().readTree(Files.readString(json));
    List<Datum> rows = ((Datum.Sequence) found).items();
    assertEquals(expected.size(), rows.size());
    for (int i = 0; i < rows.size(); i++) {
      Datum.Mapping row = (Datum.Mapping) rows.get(i);
      assertEquals(expected.get(i).size(), row.entries().size());
      row.entries()
          .forEach(
              (label, value) -> {
                double probability = ((Tensor) value).getDouble(0);
                double wanted = rowValue(expected, rows.indexOf(row), label);
                assertEquals(wanted, probability, 1e-4 + 1e-3 * wanted);
              });
    }
  }

  private static double rowValue(JsonNode rows, int row, Object label) {
    return rows.get(row).get(label.toString()).asDouble();
  }

  @ParameterizedTest
  @MethodSource("voiceModels")
  void voiceActivityAlongARecording(Path folder) throws IOException {
    assumeTrue(Files.isDirectory(folder), () -> folder + " is not there");
    List<String> lines = Files.readAllLines(folder.resolve("probs_16000.tsv"));
    float[] sound = sound(models().resolve("_inputs/silero_test.wav"));
    Tensor state = Tensor.of(new float[2 * 128], 2, 1, 128);
    Tensor rate = Tensor.scalar(16000);
    // A window is 512 samples after the last 64 of the window before.
    float[] window = new float[64 + 512];
    assertTrue(lines.size() > 100);
    try (Model model = Onnx.load(folder.resolve("model.onnx"));
        Session session = model.compile(TestedOptions.get())) {
      for (String line : lines) {
        String[] fields = line.split("\t", -1);
        int chunk = Integer.parseInt(fields[0]);
        System.arraycopy(window, 512, window, 0, 64);
        System.arraycopy(sound, 512 * chunk, window, 64, 512);
        Tensor input = Tensor.of(window, 1, window.length);
        Outputs outputs = session.run(Map.of("input", input, "state", state, "sr", rate));
        double probability = outputs.get("output").getDouble(0);
        double expected = Double.parseDouble(fields[1]);
        assertEquals(expected, probability, 1e-4 + 1e-3 * expected, "chunk " + chunk);
        state = outputs.get("stateN");
      }
    }
  }

  static Stream<Path> voiceModels() {
    return Stream.of(models().resolve("silero_vad"), models().resolve("silero_vad_16k_op15"));
  }

  /** 16-bit samples after the 44 bytes of a plain WAV header. */
  private static float[] sound(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    float[] samples = new float[(bytes.capacity() - 44) / 2];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = bytes.getShort(44 + 2 * i) / 32768f;
    }
    return samples;
  }

  @Test
  void everyFullSizeGraphCanBeImported() throws IOException {
    Path folder = SharedFiles.onnx("graphs");
    assumeTrue(Files.isDirectory(folder), () -> folder + " is not there");
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".onnx")).sorted().toList()) {
        OnnxInfo info = Onnx.read(file);
        assertEquals(List.of(), info.problems(), file.toString());
        assertTrue(info.parameters() > 100_000, file.toString());
        assertTrue(info.inputs().get("x") instanceof Type.OfTensor, file.toString());
      }
    }
  }
}
