package dev.gatun.models;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Session;
import dev.gatun.core.quant.Quantizer;
import dev.gatun.core.quant.Range;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.onnx.OnnxExport;
import dev.gatun.train.net.Net;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of 8-bit integers mean the same to ONNX Runtime. */
@Tag("slow")
class QuantizedExportTests {
  @TempDir private Path folder = Path.of("");

  private static Tensor random(long seed) {
    Random random = new Random(seed);
    float[] values = new float[4 * 3 * 16 * 16];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(values, 4, 3, 16, 16);
  }

  private static double relative(float[] expected, float[] found) {
    double errors = 0;
    double squares = 0;
    for (int i = 0; i < expected.length; i++) {
      errors += Math.pow(expected[i] - found[i], 2);
      squares += Math.pow(expected[i], 2);
    }
    return Math.sqrt(errors / squares);
  }

  @Test
  void anotherEngineGivesTheSameResults() throws Exception {
    Net net =
        Net.sequential(Shape.of(3, 16, 16))
            .conv2d(24, 3, c -> c.same())
            .batchNorm()
            .relu()
            .conv2d(24, 3, c -> c.same().groups(4))
            .relu()
            .maxPool2d(2)
            .conv2d(32, 3)
            .sigmoid()
            .flatten()
            .dense(40)
            .relu()
            .dense(10)
            .build();
    Model model = net.model();
    List<Map<String, Tensor>> seen = List.of(Map.of("x", random(1)), Map.of("x", random(2)));
    Tensor x = random(3);
    float[] plain;
    try (Session session = model.compile()) {
      plain = session.run("x", x).get("y").toFloats().clone();
    }
    for (Model integers :
        List.of(
            Quantizer.weights(model).model(),
            Quantizer.calibrated(model, seen, Range.MIN_MAX).model())) {
      Path file = folder.resolve("model.onnx");
      OnnxExport.write(integers, file);
      Tensor there = Objects.requireNonNull(RuntimeOnnx.run(file, Map.of("x", x)).get("y"));
      float[] other = there.toFloats();
      try (Session session = integers.compile()) {
        float[] own = session.run("x", x).get("y").toFloats();
        double engines = relative(own, other);
        double rounding = relative(plain, own);
        System.out.printf("engines differ by %.5f, float32 by %.5f%n", engines, rounding);
        // It computes with integers, so that a value in the middle may go to the other side.
        assertTrue(engines < 0.01, "engines differ by " + engines);
        assertTrue(rounding > 0 && rounding < 0.05, "float32 differs by " + rounding);
      }
    }
  }
}
