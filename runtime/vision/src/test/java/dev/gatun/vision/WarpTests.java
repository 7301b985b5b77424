package dev.gatun.vision;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.Resampling;
import dev.gatun.train.data.Sample;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Pictures, masks and boxes move together. */
class WarpTests {
  private static final SceneFields FIELDS =
      SceneFields.of("x").withMask("m", 9).withBoxes("b", "l");

  /** A picture whose one bright rectangle is in the mask and is the box. */
  private static Sample scene(int height, int width, int left, int top, int right, int bottom) {
    float[] picture = new float[3 * height * width];
    long[] mask = new long[height * width];
    for (int y = top; y < bottom; y++) {
      for (int x = left; x < right; x++) {
        for (int c = 0; c < 3; c++) {
          picture[(c * height + y) * width + x] = 1;
        }
        mask[y * width + x] = 1;
      }
    }
    return Sample.of(
        Map.of(
            "x",
            Tensor.of(picture, 3, height, width),
            "m",
            Tensor.whole(DType.U8, Shape.of(height, width), mask),
            "b",
            Tensor.of(new float[] {left, top, right, bottom}, 1, 4),
            "l",
            Tensor.of(new long[] {4}, 1)),
        "a scene");
  }

  private static Tensor noise(int height, int width) {
    Random random = new Random(7);
    float[] values = new float[3 * height * width];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    return Tensor.of(values, 3, height, width);
  }

  /** The box around the bright pixels of picture and mask, which the sample's box must be. */
  private static void assertTogether(Sample sample) {
    Tensor mask = sample.get("m");
    int height = (int) mask.shape().size(0);
    int width = (int) mask.shape().size(1);
    float[] box = {width, height, 0, 0};
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        long label = mask.getLong((long) y * width + x);
        boolean bright = label == 1;
        assertEquals(
            bright ? 1f : 0f, sample.get("x").getFloat((long) y * width + x), "pixel " + x);
        if (bright) {
          box[0] = Math.min(box[0], x);
          box[1] = Math.min(box[1], y);
          box[2] = Math.max(box[2], x + 1);
          box[3] = Math.max(box[3], y + 1);
        }
      }
    }
    assertArrayEquals(box, sample.get("b").toFloats(), 1e-4f);
    assertEquals(4, sample.get("l").getLong(0));
  }

  @Test
  void flipsAndTurnsMoveMasksAndBoxes() {
    Sample scene = scene(12, 20, 3, 2, 8, 6);
    for (Warp warp :
        new Warp[] {
          Warp.flip(12, 20),
          Warp.flipVertically(12, 20),
          Warp.quarterTurns(1, 12, 20),
          Warp.quarterTurns(2, 12, 20),
          Warp.quarterTurns(3, 12, 20),
          Warp.crop(1, 2, 9, 11),
          Warp.pad(12, 20, 1, 2, 3, 4)
        }) {
      Sample moved = FIELDS.moved(scene, warp);
      assertNotEquals(scene.get("x"), moved.get("x"));
      assertTogether(moved);
    }
    Sample cut = FIELDS.moved(scene, Warp.crop(3, 5, 9, 11));
    assertArrayEquals(new float[] {0, 0, 3, 3}, cut.get("b").toFloats());
  }

  @Test
  void twoFlipsAndFourQuartersChangeNothing() {
    Tensor x = noise(7, 5);
    Warp flip = Warp.flip(7, 5);
    Warp over = Warp.flipVertically(7, 5);
    assertNotEquals(x, flip.picture(x));
    assertEquals(x, flip.picture(flip.picture(x)));
    assertEquals(x, over.picture(over.picture(x)));
    assertEquals(x, Warp.rotation(0, 7, 5).picture(x));
    assertEquals(x, Warp.affine(7, 5, 0, 0, 0, 1, 0, 0).picture(x));
    Tensor turned = x;
    for (int i = 0; i < 4; i++) {
      turned = Warp.quarterTurns(1, i % 2 == 0 ? 7 : 5, i % 2 == 0 ? 5 : 7).picture(turned);
      assertEquals(i == 3, turned.equals(x));
    }
    Tensor square = noise(6, 6);
    turned = square;
    for (int i = 0; i < 4; i++) {
      turned = Warp.rotation(90, 6, 6).picture(turned);
      assertEquals(
          Warp.quarterTurns(i + 1, 6, 6).picture(square), turned, "quarter turns " + (i + 1));
    }
    assertEquals(square, turned);
    Warp all = Warp.identity(6, 6);
    for (int i = 0; i < 360; i += 30) {
      all = all.then(Warp.rotation(30, 6, 6));
    }
    assertArrayEquals(square.toFloats(), all.picture(square).toFloats(), 1e-5f);
  }

  @Test
  void pointsGoWherePixelsGo() {
    Warp warp = Warp.affine(40, 50, 20, 3, -2, 1.3, 8, 5);
    for (int[] pixel : new int[][] {{25, 20}, {30, 12}, {18, 28}}) {
      float[] dot = new float[40 * 50];
      // A blot of 3 x 3, whose centre of mass is in the middle.
      for (int d = 0; d < 9; d++) {
        dot[(pixel[1] + d / 3 - 1) * 50 + pixel[0] + d % 3 - 1] = 1;
      }
      Tensor moved = warp.picture(Tensor.of(dot, 1, 40, 50));
      double x = 0;
      double y = 0;
      double sum = 0;
      for (int i = 0; i < 40 * 50; i++) {
        int row = i / 50;
        x += moved.getFloat(i) * (i % 50 + 0.5);
        y += moved.getFloat(i) * (row + 0.5);
        sum += moved.getFloat(i);
      }
      double[] point = warp.point(pixel[0] + 0.5, pixel[1] + 0.5);
      assertEquals(x / sum, point[0], 0.05);
      assertEquals(y / sum, point[1], 0.05);
    }
  }

  @Test
  void perspectiveTakesCornersToCorners() {
    double[][] from = {{0, 0}, {30, 0}, {30, 20}, {0, 20}};
    double[][] to = {{3, 2}, {28, 1}, {25, 18}, {1, 15}};
    Warp warp = Warp.perspective(20, 30, from, to);
    for (int i = 0; i < 4; i++) {
      assertArrayEquals(to[i], warp.point(from[i][0], from[i][1]), 1e-9);
    }
    Tensor x = noise(20, 30);
    assertArrayEquals(
        x.toFloats(), Warp.perspective(20, 30, from, from).picture(x).toFloats(), 1e-5f);
    String flat =
        Failure.of(
            () -> Warp.perspective(5, 5, from, new double[][] {{0, 0}, {1, 0}, {2, 0}, {3, 0}}));
    assertTrue(flat.contains("on one line"), flat);
  }

  @Test
  void mapsInOneLookUpAreMapsOneAfterTheOther() {
    Tensor x = noise(9, 11);
    Warp first = Warp.flip(9, 11);
    Warp second = Warp.crop(2, 3, 5, 6);
    Warp third = Warp.quarterTurns(1, 5, 6);
    assertEquals(
        third.picture(second.picture(first.picture(x))), first.then(second).then(third).picture(x));
  }

  @Test
  void bordersAreFilledRepeatedOrMirrored() {
    Tensor x = Tensor.of(new float[] {1, 2, 3}, 1, 1, 3);
    Warp wide = Warp.pad(1, 3, 0, 3, 0, 2);
    assertArrayEquals(
        new float[] {7, 7, 7, 1, 2, 3, 7, 7},
        wide.sampling(Sampling.NEAREST.fill(7)).picture(x).toFloats());
    assertArrayEquals(
        new float[] {1, 1, 1, 1, 2, 3, 3, 3},
        wide.sampling(Sampling.SMOOTH.outside(Sampling.Outside.EDGE)).picture(x).toFloats());
    assertArrayEquals(
        new float[] {2, 3, 2, 1, 2, 3, 2, 1},
        wide.sampling(Sampling.NEAREST.outside(Sampling.Outside.REFLECT)).picture(x).toFloats());
  }

  @Test
  void aTurnedPictureFitsIntoItsLargerOne() {
    Warp whole = Warp.wholeRotation(90, 10, 30);
    assertEquals(30, whole.height());
    assertEquals(10, whole.width());
    Tensor x = noise(10, 30);
    assertEquals(Warp.quarterTurns(1, 10, 30).picture(x), whole.picture(x));
    Warp slanted = Warp.wholeRotation(33, 10, 30);
    for (int i = 0; i < 4; i++) {
      double[] p = slanted.point(30 * (i & 1), 5 * (i & 2));
      assertTrue(p[0] > -1e-9 && p[0] < slanted.width() + 1e-9, "x " + p[0]);
      assertTrue(p[1] > -1e-9 && p[1] < slanted.height() + 1e-9, "y " + p[1]);
    }
  }

  @Test
  void sizesChangeWithMasksAndBoxes() {
    Sample scene = scene(12, 20, 4, 2, 8, 6);
    Sample larger = FIELDS.moved(scene, new Rescale(Resampling.NEAREST, 12, 20, 36, 40));
    assertEquals(Shape.of(3, 36, 40), larger.get("x").shape());
    assertTogether(larger);
  }

  @Test
  void whatLeavesThePictureHasNoBoxAnyMore() {
    Sample scene = scene(12, 20, 0, 0, 4, 10);
    Sample gone = FIELDS.moved(scene, Warp.crop(0, 10, 12, 20));
    assertEquals(-1, gone.get("l").getLong(0));
    assertArrayEquals(new float[4], gone.get("b").toFloats());
    assertEquals(9, gone.get("m").getLong(19));
    // Once gone, gone for good.
    assertEquals(-1, FIELDS.moved(gone, Warp.crop(0, -10, 12, 20)).get("l").getLong(0));
    // A quarter of it is left, then less than a tenth.
    assertEquals(4, FIELDS.moved(scene, Warp.crop(0, 3, 12, 20)).get("l").getLong(0));
    assertEquals(-1, FIELDS.moved(scene, Warp.crop(9, 3, 12, 20)).get("l").getLong(0));
  }

  @Test
  void wrongSizesAreNamed() {
    assertTrue(Failure.of(() -> Warp.crop(0, 0, 0, 3)).contains("0 x 3"));
    Tensor flat = Tensor.of(new float[4], 2, 2);
    assertTrue(Failure.of(() -> Warp.flip(2, 2).picture(flat)).contains("[channels, height"));
    assertTrue(Failure.of(() -> Warp.flip(2, 2).mask(flat, 0)).contains("whole numbers"));
    assertTrue(Failure.of(() -> Warp.affine(2, 2, 0, 0, 0, 0, 0, 0)).contains("above 0"));
  }
}
