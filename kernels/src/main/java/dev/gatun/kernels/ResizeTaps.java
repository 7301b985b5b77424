package dev.gatun.kernels;

/**
 * How the elements of one axis are resampled: output o is the sum over t of {@code weights[o * taps
 * + t] * input[indices[o * taps + t]]}, or a constant where {@code outside[o]}.
 *
 * <p>Every filter (linear, cubic, antialiased ones as wide as they need) and every coordinate
 * transformation is such a table; whoever plans makes it.
 *
 * @param in size of the axis before
 * @param out size of the axis after
 * @param taps inputs an output is made of
 */
public record ResizeTaps(
    int in, int out, int taps, int[] indices, float[] weights, boolean[] outside) {

  /** Checks that the tables fit together and stay inside the axis. */
  public ResizeTaps {
    if (in < 0
        || out < 0
        || taps < 1
        || indices.length != out * taps
        || weights.length != out * taps
        || outside.length != out) {
      throw new IllegalArgumentException(
          "resize: "
              + indices.length
              + " indices, "
              + weights.length
              + " weights and "
              + outside.length
              + " marks do not fit "
              + out
              + " outputs of "
              + taps
              + " taps");
    }
    for (int index : indices) {
      if (index < 0 || index >= in) {
        throw new IllegalArgumentException(
            "resize: index " + index + " is outside an axis of " + in + " elements");
      }
    }
  }

  /** An axis that stays as it is. */
  public static ResizeTaps identity(int size) {
    int[] indices = new int[size];
    float[] weights = new float[size];
    for (int o = 0; o < size; o++) {
      indices[o] = o;
      weights[o] = 1;
    }
    return new ResizeTaps(size, size, 1, indices, weights, new boolean[size]);
  }

  /** Whether every output is the input of the same number. */
  public boolean isIdentity() {
    if (in != out) {
      return false;
    }
    for (int o = 0; o < out; o++) {
      float own = 0;
      for (int t = 0; t < taps; t++) {
        float weight = weights[o * taps + t];
        if (indices[o * taps + t] == o) {
          own += weight;
        } else if (weight != 0) {
          return false;
        }
      }
      if (own != 1 || outside[o]) {
        return false;
      }
    }
    return true;
  }
}
