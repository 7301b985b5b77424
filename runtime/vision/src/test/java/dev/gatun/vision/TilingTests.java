package dev.gatun.vision;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Session;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Layer;
import dev.gatun.train.net.Layers;
import dev.gatun.train.net.Net;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Large pictures in tiles. */
class TilingTests {
  private static Tensor picture(int channels, int height, int width) {
    Random random = new Random(31L * height + width);
    float[] values = new float[channels * height * width];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    return Tensor.of(values, channels, height, width);
  }

  /** Sees three pixels to each side. */
  private static final Layer PLAIN =
      x ->
          x.conv2d(4, 3, c -> c.pad(1))
              .relu()
              .conv2d(4, 3, c -> c.pad(1))
              .relu()
              .conv2d(2, 3, c -> c.pad(1));

  /** Halves the size and doubles it again; sees at most eight pixels to each side. */
  private static final Layer HOURGLASS =
      x ->
          x.conv2d(4, 3, c -> c.pad(1))
              .relu()
              .maxPool2d(2)
              .conv2d(4, 3, c -> c.pad(1))
              .relu()
              .upsample(2)
              .conv2d(2, 3, c -> c.pad(1));

  /** Four times as large. */
  private static final Layer LARGER =
      x ->
          x.conv2d(4, 3, c -> c.pad(1))
              .relu()
              .conv2d(32, 3, c -> c.pad(1))
              .then(Layers.pixelShuffle(4));

  /** A quarter of the size. */
  private static final Layer SMALLER =
      x -> x.conv2d(4, 3, c -> c.pad(1)).relu().maxPool2d(4).conv2d(2, 1);

  private static Net net(Layer layer) {
    return Net.of(Shape.of(3, Shape.UNKNOWN, Shape.UNKNOWN), layer);
  }

  private static Tensor whole(Session session, Tensor picture) {
    Shape s = picture.shape();
    Tensor y =
        session.run("x", picture.reshape(Shape.of(1, s.size(0), s.size(1), s.size(2)))).get("y");
    Shape m = y.shape();
    return y.reshape(Shape.of(m.size(1), m.size(2), m.size(3)));
  }

  private static void same(Tensor expected, Tensor found) {
    assertEquals(expected.shape(), found.shape());
    assertArrayEquals(expected.toFloats(), found.toFloats(), 1e-5f);
  }

  @ParameterizedTest
  @CsvSource({"40, 56, 1", "41, 57, 1", "16, 23, 3", "33, 16, 2", "100, 17, 5"})
  void tilesSayWhatTheWholePictureSays(int height, int width, int batch) {
    try (Session session = net(PLAIN).model().compile()) {
      UnaryOperator<Tensor> run = x -> session.run("x", x).get("y");
      Tensor x = picture(3, height, width);
      same(whole(session, x), Tiling.of(16, 6).batch(batch).apply(x, run));
    }
  }

  @Test
  void tilesThatBeginWhereTheNetworkHalvesSayTheSame() {
    UnaryOperator<Tensor> keep = x -> x;
    for (Layer layer : List.of(HOURGLASS, SMALLER)) {
      try (Session session = net(layer).model().compile()) {
        UnaryOperator<Tensor> run = x -> session.run("x", x).get("y");
        Tensor x = picture(3, 52, 80);
        same(whole(session, x), Tiling.of(24, 16).multiple(4).batch(4).apply(x, run));
      }
    }
    // Continued up to a whole number of steps, and cut off again.
    Tensor x = picture(1, 21, 30);
    assertEquals(x, Tiling.of(16, 4).multiple(8).apply(x, keep));
  }

  @Test
  void mapsMayBeLargerThanTiles() {
    try (Session session = net(LARGER).model().compile()) {
      UnaryOperator<Tensor> run = x -> session.run("x", x).get("y");
      Tensor x = picture(3, 30, 25);
      Tensor y = Tiling.of(12, 4).apply(x, run);
      assertEquals(Shape.of(2, 120, 100), y.shape());
      same(whole(session, x), y);
    }
  }

  @Test
  void blendedTilesHaveNoSeams() {
    Tensor x = picture(2, 50, 61);
    UnaryOperator<Tensor> keep = t -> t;
    same(x, Tiling.of(20, 7).blended().apply(x, keep));
    // Each tile says something else: cut, it changes at once, blended, by little each time.
    List<Integer> calls = new ArrayList<>();
    UnaryOperator<Tensor> number =
        t -> {
          calls.add(calls.size());
          float[] values = new float[20 * 20];
          java.util.Arrays.fill(values, calls.size() % 2);
          return Tensor.of(values, 1, 1, 20, 20);
        };
    Tensor wide = picture(1, 20, 76);
    assertEquals(1, largestStep(Tiling.of(20, 12).apply(wide, number)), 1e-6);
    assertEquals(8, calls.size());
    assertTrue(largestStep(Tiling.of(20, 12).blended().apply(wide, number)) < 0.25);
  }

  private static double largestStep(Tensor row) {
    double largest = 0;
    for (int i = 1; i < row.shape().size(2); i++) {
      largest = Math.max(largest, Math.abs(row.getFloat(i) - row.getFloat(i - 1L)));
    }
    return largest;
  }

  @Test
  void networksOfOneSizeTakeSmallPictures() {
    Net fixed = Net.of(Shape.of(3, 16, 16), PLAIN);
    try (Session session = fixed.model().compile()) {
      Tensor y = Tiling.of(16, 6).apply(picture(3, 9, 12), x -> session.run("x", x).get("y"));
      assertEquals(Shape.of(2, 9, 12), y.shape());
    }
  }

  @Test
  void whatDoesNotFitIsNamed() {
    Tensor x = picture(1, 40, 40);
    assertTrue(message(() -> Tiling.of(16, 16)).contains("larger tiles or less overlap"));
    assertTrue(message(() -> Tiling.of(16, 9).multiple(8)).contains("less overlap"));
    assertTrue(message(() -> Tiling.of(0, 0)).contains("must be positive"));
    Tiling tiling = Tiling.of(16, 5);
    assertTrue(
        message(() -> tiling.apply(x, t -> Tensor.of(new float[16], 1, 1, 4, 4)))
            .contains("multiples"));
    assertTrue(
        message(() -> tiling.apply(x, t -> t.reshape(Shape.of(1, 256)))).contains("[1, K, h, w]"));
    Tensor bytes = Tensor.filled(dev.gatun.core.tensor.DType.U8, Shape.of(1, 40, 40), 1);
    assertTrue(message(() -> tiling.apply(bytes, t -> t)).contains("float32"));
  }

  private static String message(org.junit.jupiter.api.function.Executable call) {
    return String.valueOf(assertThrows(VisionException.class, call).getMessage());
  }

  /** What depends on all of a tile is no mistake of the tiling: it is seen in the result. */
  @Test
  void wholeTilesAreGiven() {
    List<Map.Entry<Float, Shape>> seen = new ArrayList<>();
    Tensor x = picture(1, 30, 30);
    Tiling.of(20, 10)
        .apply(
            x,
            t -> {
              seen.add(Map.entry(t.getFloat(0), t.shape()));
              return t;
            });
    assertEquals(4, seen.size());
    assertEquals(Map.entry(x.getFloat(10 * 30 + 10), Shape.of(1, 1, 20, 20)), seen.get(3));
  }
}
