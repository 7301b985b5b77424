package dev.gatun.core.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import org.junit.jupiter.api.Test;

class ResizeTests {
  private static final Tensor LINE = Tensor.of(new float[] {1, 2, 3, 4}, 4);

  private static float[] scaled(float scale, Object... attrs) {
    return Eager.run(Resize.OP, Attrs.of(attrs), LINE, Tensor.of(new float[] {scale}, 1))
        .toFloats();
  }

  private static float[] sized(long size, Object... attrs) {
    return Eager.run(Resize.OP, Attrs.of(attrs), LINE, null, Tensor.vector(size)).toFloats();
  }

  @Test
  void nearestModes() {
    // Half pixels of 4 to 2 fall on 0.5 and 2.5.
    assertArrayEquals(new float[] {1, 3}, sized(2));
    assertArrayEquals(new float[] {2, 4}, sized(2, "nearestMode", "round_prefer_ceil"));
    assertArrayEquals(new float[] {1, 3}, sized(2, "nearestMode", "floor"));
    assertArrayEquals(new float[] {2, 4}, sized(2, "nearestMode", "ceil"));
  }

  @Test
  void linearModes() {
    float[] half = {1, 1.25f, 1.75f, 2.25f, 2.75f, 3.25f, 3.75f, 4};
    assertArrayEquals(half, scaled(2, "mode", "linear"));
    assertArrayEquals(
        new float[] {1, 1.5f, 2, 2.5f, 3, 3.5f, 4},
        sized(7, "mode", "linear", "coordinateMode", "align_corners"));
    // The documented example of a fractional length: 3 / (0.6 * 4 - 1) = 2.142857.
    assertArrayEquals(
        new float[] {1, 3.142857f},
        scaled(0.6f, "mode", "linear", "coordinateMode", "align_corners"),
        1e-5f);
    // Antialiased halving: triangle weights 1 3 3 1; what falls off the left edge counts as edge.
    assertArrayEquals(
        new float[] {(1 + 3 + 6 + 3) / 8f, (2 + 9 + 12 + 4) / 8f},
        sized(2, "mode", "linear", "antialias", true),
        1e-6f);
    // Left out instead, the rest is scaled up: 3 3 1.
    assertArrayEquals(
        new float[] {(3 + 6 + 3) / 7f, (2 + 9 + 12) / 7f},
        sized(2, "mode", "linear", "antialias", true, "excludeOutside", true),
        1e-6f);
  }

  @Test
  void croppingExtrapolates() {
    Tensor y =
        Eager.run(
            Resize.OP,
            Attrs.of(
                "mode", "linear", "coordinateMode", "tf_crop_and_resize", "extrapolation", 9.0),
            LINE,
            null,
            Tensor.vector(3),
            Tensor.of(new float[] {0.5f, 1.5f}, 2));
    // Coordinates 1.5, 3 and 4.5, the last one outside.
    assertArrayEquals(new float[] {2.5f, 4, 9}, y.toFloats());
  }

  @Test
  void aspectPoliciesUseOneScale() {
    Tensor x = Tensor.of(new float[8], 2, 4);
    Tensor sizes = Tensor.vector(7, 8);
    assertEquals(
        Shape.of(4, 8),
        Eager.run(Resize.OP, Attrs.of("aspectPolicy", "not_larger"), x, null, sizes).shape());
    assertEquals(
        Shape.of(7, 14),
        Eager.run(Resize.OP, Attrs.of("aspectPolicy", "not_smaller"), x, null, sizes).shape());
  }

  @Test
  void onlyTheGivenAxes() {
    Tensor x = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
    Tensor y =
        Eager.run(Resize.OP, Attrs.of("axes", new long[] {-1}), x, Tensor.of(new float[] {2}, 1));
    assertEquals(Tensor.of(new float[] {1, 1, 2, 2, 3, 3, 4, 4}, 2, 4), y);
  }
}
