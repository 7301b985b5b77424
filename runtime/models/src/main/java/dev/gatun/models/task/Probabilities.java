package dev.gatun.models.task;

/** Logits as probabilities. */
final class Probabilities {
  /** Of {@code count} logits at {@code stride} from each other. */
  static double[] softmax(float[] logits, int first, int count, int stride) {
    double most = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      most = Math.max(most, logits[first + i * stride]);
    }
    double[] probabilities = new double[count];
    double sum = 0;
    for (int i = 0; i < count; i++) {
      probabilities[i] = Math.exp(logits[first + i * stride] - most);
      sum += probabilities[i];
    }
    for (int i = 0; i < count; i++) {
      probabilities[i] /= sum;
    }
    return probabilities;
  }

  private Probabilities() {}
}
