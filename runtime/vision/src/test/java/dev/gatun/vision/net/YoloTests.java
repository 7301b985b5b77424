package dev.gatun.vision.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Outputs;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Trainer;
import dev.gatun.train.optim.Optimizers;
import dev.gatun.vision.Detection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The detector of one look: places, decoding, and that it learns. */
class YoloTests {
  private static final Yolo YOLO = new Yolo(1, 32, 32, 2, 4, 1, List.of(4, 8), 8);

  @Test
  void placesAreMiddlesOfSquares() {
    assertEquals(Shape.of(64 + 16, 2), YOLO.places().shape());
    assertEquals(2, YOLO.places().getFloat(0));
    assertEquals(6, YOLO.places().getFloat(2));
    assertEquals(4, YOLO.places().getFloat(128));
    assertEquals(8, YOLO.stepOfPlace().getFloat(64));
  }

  @Test
  void outputsBecomeBoxes() {
    int places = 80;
    float[] logits = new float[places * 2];
    java.util.Arrays.fill(logits, -9);
    float[] sides = new float[places * 4 * 8];
    int place = 9; // the second of the second row, at (6, 6)
    logits[place * 2 + 1] = 2;
    for (int side = 0; side < 4; side++) {
      // All of it in one bin, or half each in two.
      sides[(place * 4 + side) * 8 + side] = 40;
      if (side == 3) {
        sides[(place * 4 + side) * 8 + 4] = 40;
      }
    }
    List<List<Detection>> found =
        YOLO.detections(Tensor.of(logits, 1, places, 2), Tensor.of(sides, 1, places, 32), 0.5, 0.5);
    assertEquals(1, found.size());
    assertEquals(1, found.get(0).size());
    Detection one = found.get(0).get(0);
    assertEquals(1, one.label());
    assertEquals(1 / (1 + Math.exp(-2)), one.score(), 1e-6);
    assertEquals(6, one.box().left(), 1e-4);
    assertEquals(6 - 4, one.box().top(), 1e-4);
    assertEquals(6 + 8, one.box().right(), 1e-4);
    assertEquals(6 + 14, one.box().bottom(), 1e-4);
  }

  @Test
  void twoScenesAreLearnt() {
    // A square and a bar; the second scene has one thing less.
    float[] x = new float[2 * 32 * 32];
    fill(x, 0, 4, 4, 14, 14);
    fill(x, 0, 18, 20, 30, 26);
    fill(x, 1, 10, 12, 20, 22);
    float[] boxes = {4, 4, 14, 14, 18, 20, 30, 26, 10, 12, 20, 22, 0, 0, 0, 0};
    Map<String, Tensor> batch =
        Map.of(
            "x",
            Tensor.of(x, 2, 1, 32, 32),
            "boxes",
            Tensor.of(boxes, 2, 2, 4),
            "labels",
            Tensor.of(new long[] {0, 1, 0, -1}, 2, 2));
    try (Trainer trainer =
        Trainer.builder(YOLO.net())
            .loss(YOLO.loss())
            .optimizer(Optimizers.adamW(1e-2))
            .seed(3)
            .build()) {
      double first = trainer.step(batch);
      double last = first;
      for (int i = 0; i < 150; i++) {
        last = trainer.step(batch);
      }
      assertTrue(last < first / 4, first + " at first, then " + last);
      try (Outputs outputs = trainer.predict(Map.of("x", batch.get("x")))) {
        List<List<Detection>> found =
            YOLO.detections(outputs.get("y0"), outputs.get("y1"), 0.4, 0.5);
        assertEquals(2, found.get(0).size(), found.toString());
        assertEquals(1, found.get(1).size(), found.toString());
        assertEquals(0, found.get(1).get(0).label());
        assertEquals(10, found.get(1).get(0).box().left(), 2);
        assertEquals(22, found.get(1).get(0).box().bottom(), 2);
      }
    }
  }

  private static void fill(float[] x, int scene, int left, int top, int right, int bottom) {
    for (int row = top; row < bottom; row++) {
      java.util.Arrays.fill(x, (scene * 32 + row) * 32 + left, (scene * 32 + row) * 32 + right, 1);
    }
  }

  @Test
  void sizesAreChecked() {
    assertTrue(message(new int[] {4, 16}).contains("steps are like"));
    assertTrue(message(new int[] {64}).contains("no whole number of steps"));
  }

  private static String message(int... steps) {
    List<Integer> list = java.util.Arrays.stream(steps).boxed().toList();
    return String.valueOf(
        assertThrows(GatunException.class, () -> new Yolo(1, 32, 32, 2, 4, 1, list, 8))
            .getMessage());
  }
}
