package dev.gatun.vision;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Formulas by hand. */
class ColoursTests {
  private static Tensor bytes(long... values) {
    return Tensor.whole(DType.U8, Shape.of(1, 1, values.length), values);
  }

  @Test
  void levelsOfBytes() {
    Tensor x = bytes(0, 10, 127, 128, 200, 255);
    assertEquals(bytes(255, 245, 128, 127, 55, 0), Colours.invert(x));
    assertEquals(bytes(0, 10, 127, 127, 55, 0), Colours.solarize(x, 128));
    assertEquals(bytes(0, 0, 64, 128, 192, 192), Colours.posterize(x, 2));
    assertEquals(bytes(0, 15, 191, 192, 255, 255), Colours.brightness(x, 1.5));
    assertEquals(x, Colours.gamma(x, 1));
    assertEquals(bytes(0, 255, 128), Colours.autoContrast(bytes(50, 100, 75)));
    assertEquals(bytes(7, 7), Colours.autoContrast(bytes(7, 7)));
  }

  @Test
  void equalizedLevelsAreEvenlyFrequent() {
    // Five levels of 510 pixels: steps of 2,040 / 255 = 8 pixels, so (510 k + 4) / 8.
    long[] levels = new long[2550];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = 10L + i % 5;
    }
    Tensor y = Colours.equalize(bytes(levels));
    assertArrayEquals(
        new long[] {0, 64, 128, 191, 255},
        new long[] {y.getLong(0), y.getLong(1), y.getLong(2), y.getLong(3), y.getLong(4)});
  }

  @Test
  void sharpnessZeroIsTheSmoothedPicture() {
    float[] dot = new float[25];
    dot[12] = 1;
    Tensor smooth = Colours.sharpness(Tensor.of(dot, 1, 5, 5), 0);
    assertEquals(5 / 13f, smooth.getFloat(12), 1e-6);
    assertEquals(1 / 13f, smooth.getFloat(6), 1e-6);
    assertEquals(0, smooth.getFloat(0));
    assertEquals(Tensor.of(dot, 1, 5, 5), Colours.sharpness(Tensor.of(dot, 1, 5, 5), 1));
  }

  @Test
  void aWholeTurnOfHuesChangesNothingAndPrimariesFollow() {
    Tensor red = Tensor.of(new float[] {0.8f, 0.1f, 0.1f}, 3, 1, 1);
    assertArrayEquals(new float[] {0.1f, 0.8f, 0.1f}, Colours.hue(red, 1 / 3.0).toFloats(), 1e-6f);
    assertArrayEquals(red.toFloats(), Colours.hue(Colours.hue(red, 0.5), 0.5).toFloats(), 1e-6f);
    assertArrayEquals(
        new float[] {0.4f, 0.4f, 0.4f},
        Colours.hue(Tensor.of(new float[] {0.4f, 0.4f, 0.4f}, 3, 1, 1), 0.2).toFloats());
  }
}
