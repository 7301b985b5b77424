package dev.gatun.formats.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Session;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleModelTests {
  @TempDir Path directory;

  @Test
  void runsAsItsMeaningSays() {
    Path file = directory.resolve("sample.onnx");
    SampleModel.write(file);
    Model model = Onnx.load(file);
    float[] x = new float[3 * 8 * 8];
    for (int i = 0; i < x.length; i++) {
      x[i] = i % 13 - 6;
    }
    Tensor input = Tensor.of(x, 1, 3, 8, 8);
    Tensor expected = (Tensor) new Interpreter().run(model.graph(), List.of(input)).get(0);
    try (Session session = model.compile()) {
      Tensor y = session.run(Map.of("x", input)).get("y");
      double sum = 0;
      for (int i = 0; i < 5; i++) {
        assertEquals(expected.getFloat(i), y.getFloat(i), 1e-5f);
        sum += y.getFloat(i);
      }
      assertEquals(1, sum, 1e-5);
      assertNotEquals(y.getFloat(0), y.getFloat(1));
    }
  }
}
