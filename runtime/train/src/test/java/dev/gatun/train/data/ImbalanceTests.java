package dev.gatun.train.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Failure;
import dev.gatun.train.metric.Average;
import dev.gatun.train.metric.Metric;
import dev.gatun.train.metric.Metrics;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Other proportions of classes: what comes out, and what a classifier makes of it. */
class ImbalanceTests {
  private static Map<Long, Integer> histogram(Dataset dataset) {
    Map<Long, Integer> counts = new HashMap<>();
    try (SampleCursor samples = dataset.samples(0)) {
      samples.forEachRemaining(s -> counts.merge(s.get("label").getLong(0), 1, Integer::sum));
    }
    return counts;
  }

  private record Report(double accuracy, double recall, double f1, double rocAuc, double prAuc) {}

  private static Report report(
      IndexedDataset train, IndexedDataset test, double[] weights, double gamma) {
    Tensor predictions = LinearClassifier.fit(train, weights, gamma).predict(test);
    long[] labels = new long[(int) test.count()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = test.get(i).get("label").getLong(0);
    }
    double[] values =
        List.of(
                Metrics.accuracy(),
                Metrics.recall(Average.BINARY),
                Metrics.f1(Average.BINARY),
                Metrics.rocAuc(),
                Metrics.averagePrecision())
            .stream()
            .mapToDouble(metric -> value(metric, predictions, Tensor.of(labels, labels.length)))
            .toArray();
    return new Report(values[0], values[1], values[2], values[3], values[4]);
  }

  private static double value(Metric metric, Tensor predictions, Tensor labels) {
    metric.update(predictions, labels);
    return metric.result();
  }

  @Test
  void oneReportComparesAllRemedies() {
    IndexedDataset train = Imbalanced.clouds(3000, 1);
    IndexedDataset test = Imbalanced.clouds(6000, 2);
    double[] plain = {1, 1};
    float[] balanced = Sampling.classWeights(train, "label", 2).toFloats();
    Map<String, Report> reports = new LinkedHashMap<>();
    reports.put("plain", report(train, test, plain, 0));
    reports.put("weights", report(train, test, new double[] {balanced[0], balanced[1]}, 0));
    reports.put("over", report(Sampling.oversample(train, "label", 3), test, plain, 0));
    reports.put("under", report(Sampling.undersample(train, "label", 3), test, plain, 0));
    reports.put("smote", report(Smote.balance(train, "x", "label", 3), test, plain, 0));
    reports.put("focal", report(train, test, new double[] {0.25, 0.75}, 2));
    Report before = reports.getOrDefault("plain", new Report(0, 0, 0, 0, 0));
    String text = reports.toString();
    assertTrue(before.recall() < 0.4 && before.accuracy() > 0.96, text);
    for (String remedy : List.of("weights", "over", "smote", "under")) {
      Report after = reports.getOrDefault(remedy, before);
      assertTrue(after.recall() >= 0.55, text);
      assertTrue(after.recall() >= before.recall() + 0.2, text);
      assertTrue(after.accuracy() < before.accuracy(), text);
    }
    Report under = reports.getOrDefault("under", before);
    assertTrue(under.f1() < before.f1(), text);
    assertTrue(reports.getOrDefault("focal", before).recall() > before.recall(), text);
    for (Report each : reports.values()) {
      // Rankings hardly change: under imbalance ROC looks good where precision is poor.
      assertEquals(before.rocAuc(), each.rocAuc(), 0.02, text);
      assertTrue(each.rocAuc() > 0.9 && each.prAuc() < 0.6, text);
    }
  }

  @Test
  void samplingBalancesTheClasses() {
    IndexedDataset data = Imbalanced.clouds(1000, 1);
    assertEquals(Map.of(0L, 970, 1L, 30), histogram(data));
    assertEquals(Map.of(0L, 970, 1L, 970), histogram(Sampling.oversample(data, "label", 1)));
    assertEquals(Map.of(0L, 30, 1L, 30), histogram(Sampling.undersample(data, "label", 1)));
    assertEquals(Map.of(0L, 970, 1L, 970), histogram(Smote.balance(data, "x", "label", 1)));
    Dataset weighted = Sampling.weighted(data, Sampling.balancing(data, "label"), 10_000, 1);
    assertEquals(5000, histogram(weighted).getOrDefault(1L, 0), 200);
    assertArrayEquals(
        new float[] {1000 / (2 * 970f), 1000 / 60f},
        Sampling.classWeights(data, "label", 2).toFloats(),
        1e-6f);
    assertEquals(0, Sampling.classWeights(data, "label", 3).getFloat(2));
    assertTrue(
        Failure.of(() -> Sampling.classWeights(data, "label", 1)).contains("sample 0: class 1"));
  }

  @Test
  void everySyntheticPointLiesBetweenNeighbours() {
    IndexedDataset data = Imbalanced.clouds(500, 4);
    IndexedDataset balanced = Smote.balance(data, "x", "label", 3, 9);
    double[][] minority = new double[15][];
    int at = 0;
    for (int i = 0; i < 500; i++) {
      if (data.get(i).get("label").getLong(0) == 1) {
        minority[at++] = data.get(i).get("x").toDoubles();
      }
    }
    assertEquals(15, at);
    for (int i = 500; i < balanced.count(); i++) {
      Sample made = balanced.get(i);
      assertEquals(1, made.get("label").getLong(0));
      double[] p = made.get("x").toDoubles();
      boolean found = false;
      for (double[] a : minority) {
        double[] distances = new double[15];
        for (int b = 0; b < 15; b++) {
          distances[b] = distance(a, minority[b]);
        }
        double[] sorted = distances.clone();
        Arrays.sort(sorted);
        for (int b = 0; b < 15 && !found; b++) {
          // The point itself is the nearest, its 3 neighbours follow.
          boolean neighbour = distances[b] > 0 && distances[b] <= sorted[3];
          found = neighbour && distance(a, p) + distance(p, minority[b]) < distances[b] + 1e-5;
        }
      }
      assertTrue(found, "sample " + i + " lies on no segment");
    }
    assertEquals(
        balanced.get(700).asMap(), Smote.balance(data, "x", "label", 3, 9).get(700).asMap());
  }

  private static double distance(double[] a, double[] b) {
    double sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += (a[d] - b[d]) * (a[d] - b[d]);
    }
    return Math.sqrt(sum);
  }

  @Test
  void smoteNamesWhatItCannotUse() {
    IndexedDataset one =
        Dataset.of(
            "x",
            Tensor.of(new float[] {1, 2, 3}, 3, 1),
            "label",
            Tensor.of(new int[] {0, 0, 1}, 3));
    assertTrue(
        Failure.of(() -> Smote.balance(one, "x", "label", 1)).contains("sample 2: is alone"));
    IndexedDataset nan =
        Dataset.of(
            "x",
            Tensor.of(new float[] {1, 2, 3, Float.NaN, 5}, 5, 1),
            "label",
            Tensor.of(new int[] {0, 0, 0, 1, 1}, 5));
    assertTrue(Failure.of(() -> Smote.balance(nan, "x", "label", 1)).contains("fill it in first"));
    IndexedDataset whole =
        Dataset.of(
            "x",
            Tensor.of(new int[] {1, 2, 3, 4, 5}, 5, 1),
            "label",
            Tensor.of(new int[] {0, 0, 0, 1, 1}, 5));
    assertTrue(Failure.of(() -> Smote.balance(whole, "x", "label", 1)).contains("float32"));
  }

  @Test
  void weightedDrawsFollowTheWeights() {
    double[] weights = {0, 1, 2, 3, 0, 4, 1e-300};
    int[] counts = new int[weights.length];
    Dataset drawn = Sampling.weighted(DatasetTests.numbers(7), weights, 100_000, 5);
    for (long value : DatasetTests.values(drawn, 0)) {
      counts[(int) value]++;
    }
    for (int i = 0; i < weights.length; i++) {
      assertEquals(weights[i] * 10_000, counts[i], 4 * Math.sqrt(weights[i] * 10_000) + 1e-9);
    }
    assertEquals(DatasetTests.values(drawn, 3), DatasetTests.values(drawn, 3));
    assertTrue(!DatasetTests.values(drawn, 3).equals(DatasetTests.values(drawn, 4)));
    assertTrue(
        Failure.of(() -> Sampling.weighted(DatasetTests.numbers(2), new double[] {1, -1}, 2, 1))
            .contains("weight 1 is -1.0"));
    assertTrue(
        Failure.of(() -> Sampling.weighted(DatasetTests.numbers(1), new double[1], 2, 1))
            .contains("all weights are 0"));
    assertTrue(
        Failure.of(() -> Sampling.weighted(DatasetTests.numbers(1), new double[2], 2, 1))
            .contains("2 weights for 1 samples"));
  }

  @Test
  void aBootstrapHoldsAboutTwoThirds() {
    IndexedDataset data = DatasetTests.numbers(20_000);
    List<Long> drawn = DatasetTests.values(Sampling.bootstrap(data, 42), 0);
    long unique = drawn.stream().distinct().count();
    assertEquals(20_000, drawn.size());
    assertEquals(1 - 1 / Math.E, unique / 20_000.0, 0.01);
    List<Long> out = DatasetTests.values(Sampling.outOfBag(data, 42), 0);
    assertEquals(20_000 - unique, out.size());
    assertTrue(java.util.Collections.disjoint(new java.util.HashSet<>(drawn), out));
  }
}
