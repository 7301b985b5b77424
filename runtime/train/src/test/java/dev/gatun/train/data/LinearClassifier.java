package dev.gatun.train.data;

import dev.gatun.core.tensor.Tensor;

/** Logistic regression by gradient descent in double precision, for tests of what data does. */
final class LinearClassifier {
  private final double[] weights;

  private LinearClassifier(double[] weights) {
    this.weights = weights;
  }

  /**
   * Fits fields "x" and "label".
   *
   * @param classWeights how much samples of class 0 and 1 count
   * @param gamma of the focal loss; 0 is cross-entropy
   */
  static LinearClassifier fit(IndexedDataset train, double[] classWeights, double gamma) {
    int n = (int) train.count();
    double[][] x = new double[n][];
    int[] y = new int[n];
    for (int i = 0; i < n; i++) {
      Sample sample = train.get(i);
      x[i] = sample.get("x").toDoubles();
      y[i] = (int) sample.get("label").getLong(0);
    }
    double[] w = new double[x[0].length + 1];
    for (int step = 0; step < 400; step++) {
      double[] gradient = new double[w.length];
      double total = 0;
      for (int i = 0; i < n; i++) {
        double p = 1 / (1 + Math.exp(-score(w, x[i])));
        double right = y[i] == 1 ? p : 1 - p;
        // d/dz of -(1 - q)^g log q with q the probability of the true class.
        double d =
            Math.pow(1 - right, gamma)
                * (gamma * right * Math.log(Math.max(right, 1e-12)) - (1 - right));
        d *= y[i] == 1 ? classWeights[1] : -classWeights[0];
        total += classWeights[y[i]];
        gradient[0] += d;
        for (int k = 1; k < w.length; k++) {
          gradient[k] += d * x[i][k - 1];
        }
      }
      for (int k = 0; k < w.length; k++) {
        w[k] -= 2 * gradient[k] / total;
      }
    }
    return new LinearClassifier(w);
  }

  private static double score(double[] w, double[] x) {
    double z = w[0];
    for (int k = 1; k < w.length; k++) {
      z += w[k] * x[k - 1];
    }
    return z;
  }

  /** Probabilities of class 1, float64 [count]. */
  Tensor predict(IndexedDataset data) {
    double[] p = new double[(int) data.count()];
    for (int i = 0; i < p.length; i++) {
      p[i] = 1 / (1 + Math.exp(-score(weights, data.get(i).get("x").toDoubles())));
    }
    return Tensor.of(p, p.length);
  }
}
