package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Session;
import dev.gatun.core.quant.Quantizer;
import dev.gatun.core.quant.Range;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.onnx.Onnx;
import dev.gatun.formats.onnx.OnnxExport;
import dev.gatun.train.data.Batch;
import dev.gatun.train.data.BatchCursor;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A net for digits in files of 8-bit integers. */
@Tag("acceptance")
class QuantizedDigitsTests {
  @TempDir private Path folder = Path.of("");

  private static Net trained() {
    Net net =
        Net.sequential(Shape.of(1, 8, 8))
            .conv2d(32, 3, c -> c.same())
            .batchNorm()
            .relu()
            .conv2d(64, 3, c -> c.same())
            .relu()
            .maxPool2d(2)
            .flatten()
            .dense(64)
            .relu()
            .dense(10)
            .build();
    try (Trainer trainer = Trainer.builder(net).optimizer(Optimizers.adam(1e-3)).seed(1).build()) {
      trainer.fit(Tables.digits(false).shuffle(1).batch(32), Epochs.of(12));
      return trainer.net();
    }
  }

  private record Pictures(Tensor x, Tensor y) {}

  private static List<Pictures> pictures(boolean test) {
    List<Pictures> found = new ArrayList<>();
    try (BatchCursor batches = Tables.digits(test).batch(60).open(0)) {
      while (batches.hasNext()) {
        try (Batch batch = batches.next()) {
          found.add(new Pictures(Weights.copy(batch.get("x")), Weights.copy(batch.get("y"))));
        }
      }
    }
    return found;
  }

  private static double accuracy(Path file, List<Pictures> test) {
    int right = 0;
    int all = 0;
    try (Model model = Onnx.load(file);
        Session session = model.compile()) {
      for (Pictures batch : test) {
        float[] scores = session.run("x", batch.x()).get("y").toFloats();
        for (int i = 0; i < scores.length / 10; i++) {
          int best = 0;
          for (int k = 1; k < 10; k++) {
            best = scores[10 * i + k] > scores[10 * i + best] ? k : best;
          }
          right += best == batch.y().getLong(i) ? 1 : 0;
          all++;
        }
      }
    }
    return (double) right / all;
  }

  @Test
  void aQuarterOfTheFileReadsAsManyDigits() throws Exception {
    Model model = trained().model();
    List<Map<String, Tensor>> seen = new ArrayList<>();
    pictures(false).stream().limit(5).forEach(b -> seen.add(Map.of("x", b.x())));
    Map<String, Model> all =
        Map.of(
            "float32", model,
            "weights", Quantizer.weights(model).model(),
            "calibrated", Quantizer.calibrated(model, seen, Range.MIN_MAX).model(),
            "clipped", Quantizer.calibrated(model, seen, Range.percentile(99.99)).model());
    List<Pictures> test = pictures(true);
    Path plain = folder.resolve("float32.onnx");
    OnnxExport.write(model, plain);
    double before = accuracy(plain, test);
    for (Map.Entry<String, Model> each : all.entrySet()) {
      Path file = folder.resolve(each.getKey() + ".onnx");
      OnnxExport.write(each.getValue(), file);
      double accuracy = accuracy(file, test);
      double size = (double) Files.size(file) / Files.size(plain);
      System.out.printf("%s: accuracy %.4f, %.3f of the file%n", each.getKey(), accuracy, size);
      assertTrue(before - accuracy <= 0.005, each.getKey() + ": " + before + " -> " + accuracy);
      assertTrue(each.getKey().equals("float32") || size <= 0.3, each.getKey() + ": " + size);
    }
    assertTrue(before >= 0.97);
  }
}
