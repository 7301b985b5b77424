package dev.gatun.train;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.Batch;
import dev.gatun.train.data.BatchCursor;
import dev.gatun.train.data.Dataset;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.metric.Decision;
import dev.gatun.train.metric.Metric;
import dev.gatun.train.metric.Metrics;
import dev.gatun.train.net.Net;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

/** Data sets that several tests train on. */
public final class Tables {
  /** The digits; every fifth is for testing. */
  public static IndexedDataset digits(boolean test) {
    IndexedDataset all = Digits.load();
    return all.select(LongStream.range(0, all.count()).filter(i -> i % 5 == 0 == test).toArray());
  }

  /** A net of one hidden layer for the digits. */
  public static Net digitsNet(long hidden) {
    return Net.sequential(Shape.of(1, 8, 8)).flatten().dense(hidden).relu().dense(10).build();
  }

  /** Breast cancer diagnoses, standardized: x [30], y [1] 0 or 1; every fifth is for testing. */
  public static IndexedDataset diagnoses(boolean test) throws Exception {
    Path file = Golden.shared("data").resolve("tabular_sklearn/breast_cancer.csv");
    assumeTrue(Files.exists(file), "no data: " + file);
    List<String> lines = Files.readAllLines(file);
    int columns = 30;
    double[][] rows = new double[lines.size() - 1][];
    for (int i = 0; i < rows.length; i++) {
      String[] cells = lines.get(i + 1).split(",", -1);
      rows[i] = new double[columns + 1];
      for (int k = 0; k <= columns; k++) {
        rows[i][k] = Double.parseDouble(cells[k]);
      }
    }
    List<double[]> train = new ArrayList<>();
    List<double[]> wanted = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      if (i % 5 != 0) {
        train.add(rows[i]);
      }
      if (i % 5 == 0 == test) {
        wanted.add(rows[i].clone());
      }
    }
    for (int k = 0; k < columns; k++) {
      int column = k;
      double mean = train.stream().mapToDouble(r -> r[column]).average().orElseThrow();
      double variance =
          train.stream().mapToDouble(r -> Math.pow(r[column] - mean, 2)).average().orElseThrow();
      wanted.forEach(r -> r[column] = (r[column] - mean) / Math.sqrt(variance));
    }
    float[] x = new float[wanted.size() * columns];
    float[] y = new float[wanted.size()];
    for (int i = 0; i < y.length; i++) {
      for (int k = 0; k < columns; k++) {
        x[i * columns + k] = (float) wanted.get(i)[k];
      }
      y[i] = (float) wanted.get(i)[columns];
    }
    return Dataset.of("x", Tensor.of(x, y.length, columns), "y", Tensor.of(y, y.length, 1));
  }

  /**
   * Two classes by a linear rule in the first {@code informative} of many features, with noise: x
   * [features], y [1] 0 or 1.
   */
  static IndexedDataset sparse(int count, int features, int informative, double noise, long seed) {
    Random rule = new Random(7);
    double[] w = new double[informative];
    for (int k = 0; k < informative; k++) {
      w[k] = (k % 2 == 0 ? 1 : -1) * (1 + rule.nextDouble());
    }
    Random random = new Random(seed);
    float[] x = new float[count * features];
    float[] y = new float[count];
    for (int i = 0; i < count; i++) {
      double score = noise * random.nextGaussian();
      for (int k = 0; k < features; k++) {
        double value = random.nextGaussian();
        x[i * features + k] = (float) value;
        score += k < informative ? w[k] * value : 0;
      }
      y[i] = score > 0 ? 1 : 0;
    }
    return Dataset.of("x", Tensor.of(x, count, features), "y", Tensor.of(y, count, 1));
  }

  /** Two classes whose means differ a little in every feature: x [features], y [1] 0 or 1. */
  static IndexedDataset faint(int count, int features, double distance, long seed) {
    Random random = new Random(seed);
    float[] x = new float[count * features];
    float[] y = new float[count];
    for (int i = 0; i < count; i++) {
      y[i] = i % 2;
      for (int k = 0; k < features; k++) {
        double side = (i + k) % 2 == 0 ? -0.5 : 0.5;
        x[i * features + k] = (float) (side * distance + random.nextGaussian());
      }
    }
    return Dataset.of("x", Tensor.of(x, count, features), "y", Tensor.of(y, count, 1));
  }

  /** The share of rows of one score, above 0 for class 1, that are right. */
  public static double accuracy(Trainer trainer, IndexedDataset data) {
    Metric accuracy = Metrics.accuracy(Decision.DEFAULT.threshold(0));
    try (BatchCursor batches = data.batch(256).open(0)) {
      while (batches.hasNext()) {
        try (Batch batch = batches.next()) {
          accuracy.update(trainer.predict(batch.get("x")), batch.get("y"));
        }
      }
    }
    return accuracy.result();
  }

  private Tables() {}
}
