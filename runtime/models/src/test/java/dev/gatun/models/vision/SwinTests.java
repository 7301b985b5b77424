package dev.gatun.models.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.core.exec.Session;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Net;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Which places of a picture see each other in a block. */
class SwinTests {
  private static final int WINDOW = 4;
  private static final int CHANNELS = 6;

  /** What a block makes of a picture, [1, height, width, channels]. */
  private static float[] block(boolean shifted, int height, int width, float[] x) {
    Swin swin = new Swin(CHANNELS, List.of(2), List.of(2), WINDOW, 0);
    Net net =
        Net.of(
                Shape.of(height, width, CHANNELS),
                in -> in.named("block").then(y -> swin.block(y, 2, shifted, 0)))
            .initialize(4);
    try (Session session = net.model().compile()) {
      return session.run("x", Tensor.of(x, 1, height, width, CHANNELS)).get("y").toFloats();
    }
  }

  private static float[] noise(int count) {
    Random random = new Random(5);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Number of the window of a place, when windows begin half of one earlier. */
  private static int window(int y, int x, int shift, int columns) {
    return Math.floorDiv(y + shift, WINDOW) * (columns + 1) + Math.floorDiv(x + shift, WINDOW);
  }

  @Test
  void placesSeeTheirWindowAndNothingElse() {
    for (int[] size : new int[][] {{8, 12}, {7, 10}, {9, 8}}) {
      for (boolean shifted : new boolean[] {false, true}) {
        int height = size[0];
        int width = size[1];
        int columns = (width + WINDOW - 1) / WINDOW;
        float[] x = noise(height * width * CHANNELS);
        float[] before = block(shifted, height, width, x);
        for (int[] touched : new int[][] {{0, 0}, {5, 6}, {height - 1, width - 1}}) {
          float[] changed = x.clone();
          for (int c = 0; c < CHANNELS; c++) {
            changed[(touched[0] * width + touched[1]) * CHANNELS + c] += 1 + c;
          }
          float[] after = block(shifted, height, width, changed);
          // Shifted windows begin half a window before the picture.
          int shift = shifted ? WINDOW / 2 : 0;
          int own = window(touched[0], touched[1], shift, columns);
          for (int place = 0; place < height * width; place++) {
            boolean differs = false;
            for (int c = 0; c < CHANNELS; c++) {
              int at = place * CHANNELS + c;
              differs |= Math.abs(before[at] - after[at]) > 1e-7;
            }
            int row = place / width;
            assertEquals(
                own == window(row, place % width, shift, columns),
                differs,
                "%s, shifted %s, touched %s, place %d %d"
                    .formatted(
                        List.of(height, width),
                        shifted,
                        List.of(touched[0], touched[1]),
                        row,
                        place % width));
          }
        }
      }
    }
  }

  @Test
  void oneWindowIsNotShifted() {
    float[] x = noise(WINDOW * WINDOW * CHANNELS);
    float[] plain = block(false, WINDOW, WINDOW, x);
    float[] shifted = block(true, WINDOW, WINDOW, x);
    for (int i = 0; i < plain.length; i++) {
      assertEquals(plain[i], shifted[i], 1e-6);
    }
  }
}
