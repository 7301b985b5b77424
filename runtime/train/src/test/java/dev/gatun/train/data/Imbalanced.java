package dev.gatun.train.data;

import dev.gatun.core.tensor.Tensor;
import java.util.Random;

/** A set of which few samples are of the class that matters. */
public final class Imbalanced {
  /**
   * Two overlapping clouds {@code x} [5], 3 % of the samples in the second: {@code label} 0 or 1.
   */
  public static IndexedDataset clouds(int count, long seed) {
    Random random = new Random(seed);
    float[] x = new float[count * 5];
    int[] label = new int[count];
    for (int i = 0; i < count; i++) {
      label[i] = i % 100 < 3 ? 1 : 0;
      for (int d = 0; d < 5; d++) {
        x[5 * i + d] = (float) (random.nextGaussian() + (label[i] == 1 && d < 3 ? 1.3 : 0));
      }
    }
    return Dataset.of("x", Tensor.of(x, count, 5), "label", Tensor.of(label, count));
  }

  private Imbalanced() {}
}
