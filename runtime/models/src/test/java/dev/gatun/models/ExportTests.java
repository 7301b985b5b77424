package dev.gatun.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.Safetensors;
import dev.gatun.formats.onnx.Onnx;
import dev.gatun.formats.onnx.OnnxExport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Exported networks give the same results in ONNX Runtime, and here when they are read again. */
@Tag("slow")
class ExportTests {
  private static final double TOLERANCE = 1e-5;

  @TempDir Path directory;

  @TestFactory
  Stream<DynamicTest> families() throws Exception {
    Path golden = Golden.directory().resolve("hf");
    assumeTrue(
        Files.isDirectory(golden),
        "no reference values: set gatun.golden to the directory that has hf in it");
    String only = System.getProperty("gatun.golden.only", "");
    List<Path> folders;
    try (Stream<Path> list = Files.list(golden)) {
      folders = list.filter(p -> Files.exists(p.resolve("golden.json"))).sorted().toList();
    }
    return folders.stream()
        .filter(folder -> folder.getFileName().toString().startsWith(only))
        .map(folder -> DynamicTest.dynamicTest(folder.getFileName().toString(), () -> run(folder)));
  }

  private void run(Path folder) throws Exception {
    JsonNode json = JsonMapper.shared().readTree(folder.resolve("golden.json").toFile());
    Map<String, Tensor> tensors = Safetensors.read(folder.resolve("golden.safetensors")).tensors();
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (JsonNode input : json.get("inputs")) {
      inputs.put(input.asString(), Objects.requireNonNull(tensors.get("in/" + input.asString())));
    }
    try (Pretrained model = Pretrained.load(folder)) {
      compare(model, inputs);
    }
  }

  @TestFactory
  Stream<DynamicTest> torchvision() {
    return Stream.of("resnet18", "mobilenet_v2", "squeezenet1_1", "convnext_tiny")
        .map(
            name ->
                DynamicTest.dynamicTest(
                    name,
                    () -> {
                      Pretrained model =
                          Pretrained.initialized(
                              Pretrained.torchvision(name), p -> NamedTensors.parameter(p, 2));
                      Tensor x = NamedTensors.uniform("x", Shape.of(1, 3, 64, 64), -2, 2);
                      compare(model, Map.of(model.net().inputs().get(0).name(), x));
                    }));
  }

  private void compare(Pretrained model, Map<String, Tensor> inputs) throws Exception {
    Path file = directory.resolve("net.onnx");
    OnnxExport.write(model.net(inputs.keySet().toArray(new String[0])).model(), file);
    Map<String, Tensor> expected = model.predict(inputs);
    Map<String, Tensor> others = RuntimeOnnx.run(file, inputs);
    assertEquals(expected.keySet(), others.keySet());
    try (var session = Onnx.load(file).compile();
        var again = session.run(inputs)) {
      for (Map.Entry<String, Tensor> result : expected.entrySet()) {
        assertClose(
            "ONNX Runtime: " + result.getKey(),
            result.getValue(),
            Objects.requireNonNull(others.get(result.getKey())));
        assertClose(
            "read again: " + result.getKey(), result.getValue(), again.get(result.getKey()));
      }
    }
  }

  /** Within 1e-5 of the largest number of the result. */
  private static void assertClose(String what, Tensor expected, Tensor actual) {
    assertEquals(expected.shape(), actual.shape(), what);
    double[] wanted = expected.toDoubles();
    double[] found = actual.toDoubles();
    double largest = 0;
    double worst = 0;
    for (int i = 0; i < wanted.length; i++) {
      largest = Math.max(largest, Math.abs(wanted[i]));
      worst = Math.max(worst, Math.abs(wanted[i] - found[i]));
    }
    double bound = TOLERANCE * largest;
    double difference = worst;
    assertTrue(difference <= bound, () -> what + " differs by " + difference + " of " + bound);
  }
}
