package dev.gatun.vision.net;

import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Cells under a bad microscope: bright discs of different sizes, many of which touch, with soft
 * outlines, uneven light and noise.
 *
 * @param picture float32 [1, side, side]
 * @param mask int64 [side, side], 1 where a cell is
 * @param count of cells
 */
record Cells(Tensor picture, Tensor mask, int count) {
  static Cells draw(int side, int wanted, Random random) {
    List<double[]> cells = new ArrayList<>();
    for (int attempt = 0; attempt < 50 * wanted && cells.size() < wanted; attempt++) {
      double radius = 6 + 4 * random.nextDouble();
      double x = radius + (side - 2 * radius) * random.nextDouble();
      double y = radius + (side - 2 * radius) * random.nextDouble();
      boolean free = true;
      for (double[] other : cells) {
        free &= Math.hypot(other[0] - x, other[1] - y) > 0.97 * (other[2] + radius);
      }
      if (free) {
        cells.add(new double[] {x, y, radius, 0.3 + 0.4 * random.nextDouble()});
      }
    }
    float[] picture = new float[side * side];
    long[] mask = new long[side * side];
    for (int i = 0; i < mask.length; i++) {
      int row = i / side;
      double light = 0.2 + 0.15 * (i % side) / side;
      for (double[] cell : cells) {
        double inside = cell[2] - Math.hypot(i % side + 0.5 - cell[0], row + 0.5 - cell[1]);
        mask[i] |= inside > 0 ? 1 : 0;
        light += cell[3] * Math.clamp(0.5 + inside / 2, 0, 1);
      }
      picture[i] = (float) (light + 0.12 * random.nextGaussian());
    }
    return new Cells(Tensor.of(picture, 1, side, side), Tensor.of(mask, side, side), cells.size());
  }
}
