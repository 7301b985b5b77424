package dev.gatun.train.metric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Golden;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** Every metric value of {@code classic.json}, gathered in one piece and merged of several. */
class MetricGoldenTests {
  private static final double RELATIVE = 1e-5;

  @TestFactory
  Stream<DynamicTest> binary() throws Exception {
    Golden golden = golden();
    JsonNode values = golden.json().path("binary_metrics");
    Decision decision = Decision.DEFAULT.threshold(values.path("threshold").asDouble(0.5));
    Map<String, Supplier<Metric>> known = new TreeMap<>();
    known.put("accuracy", () -> Metrics.accuracy(decision));
    known.put("precision", () -> of(ClassQuantity.PRECISION, Average.BINARY, decision));
    known.put("recall", () -> of(ClassQuantity.RECALL, Average.BINARY, decision));
    known.put("f1", () -> of(ClassQuantity.F1, Average.BINARY, decision));
    known.put("roc_auc", Metrics::rocAuc);
    known.put("average_precision", Metrics::averagePrecision);
    known.put("log_loss", Metrics::logLoss);
    known.put("brier", Metrics::brier);
    known.put("mcc", () -> Metrics.matthews(decision));
    known.put("balanced_accuracy", () -> Metrics.balancedAccuracy(decision));
    known.put("confusion", () -> new ConfusionMatrix(0, decision));
    return cases(values, known, tensor(golden, "binary/score"), tensor(golden, "binary/y"));
  }

  @TestFactory
  Stream<DynamicTest> multiclass() throws Exception {
    Golden golden = golden();
    Map<String, Supplier<Metric>> known = new TreeMap<>();
    known.put("accuracy", Metrics::accuracy);
    known.put("macro_f1", () -> Metrics.f1(Average.MACRO));
    known.put("micro_f1", () -> Metrics.f1(Average.MICRO));
    known.put("weighted_f1", () -> Metrics.f1(Average.WEIGHTED));
    known.put("macro_precision", () -> Metrics.precision(Average.MACRO));
    known.put("macro_recall", () -> Metrics.recall(Average.MACRO));
    known.put("ovr_auc", Metrics::rocAuc);
    known.put("kappa", Metrics::kappa);
    known.put("confusion", Metrics::confusion);
    JsonNode values = golden.json().path("multiclass_metrics");
    for (String name : values.propertyNames()) {
      if (name.matches("top\\d+")) {
        known.put(name, () -> Metrics.topK(Integer.parseInt(name.substring(3))));
      }
    }
    return cases(values, known, tensor(golden, "multi/prob"), tensor(golden, "multi/y"));
  }

  @TestFactory
  Stream<DynamicTest> regression() throws Exception {
    Golden golden = golden();
    Map<String, Supplier<Metric>> known = new TreeMap<>();
    known.put("mse", Metrics::mse);
    known.put("rmse", Metrics::rmse);
    known.put("mae", Metrics::mae);
    known.put("r2", Metrics::r2);
    known.put("mape", Metrics::mape);
    return cases(
        golden.json().path("regression_metrics"),
        known,
        tensor(golden, "reg/pred"),
        tensor(golden, "reg/y"));
  }

  @TestFactory
  Stream<DynamicTest> rocCurve() throws Exception {
    Golden golden = golden();
    RankingMetric metric = Metrics.rocAuc();
    metric.update(tensor(golden, "binary/score"), tensor(golden, "binary/y"));
    RocCurve curve = metric.roc();
    return Map.of("fpr", curve.falsePositiveRates(), "tpr", curve.truePositiveRates())
        .entrySet()
        .stream()
        .map(
            each ->
                DynamicTest.dynamicTest(
                    each.getKey(),
                    () ->
                        assertArrayEquals(
                            tensor(golden, "binary/" + each.getKey()).toDoubles(),
                            each.getValue(),
                            RELATIVE)));
  }

  private static Golden golden() throws Exception {
    var golden = Golden.read("classic");
    assumeTrue(golden.isPresent(), "there are no reference values");
    return golden.get();
  }

  private static Tensor tensor(Golden golden, String name) {
    return Objects.requireNonNull(golden.tensors().get(name), name);
  }

  private static Metric of(ClassQuantity quantity, Average average, Decision decision) {
    return Metrics.of(quantity, average, decision, ZeroDivision.ZERO);
  }

  private static Stream<DynamicTest> cases(
      JsonNode values, Map<String, Supplier<Metric>> known, Tensor predictions, Tensor targets) {
    List<String> names =
        values.propertyNames().stream().filter(name -> !name.equals("threshold")).toList();
    assertTrue(known.keySet().containsAll(names), () -> names + " but only " + known.keySet());
    return names.stream()
        .map(
            name ->
                DynamicTest.dynamicTest(
                    name,
                    () -> {
                      for (int pieces : new int[] {1, 3, 7}) {
                        check(
                            values.path(name),
                            gather(
                                Objects.requireNonNull(known.get(name)).get(),
                                predictions,
                                targets,
                                pieces));
                      }
                    }));
  }

  /** Some pieces gathered here, the others in a second metric that is merged. */
  private static Metric gather(Metric metric, Tensor predictions, Tensor targets, int pieces) {
    Metric other = metric.fresh();
    long rows = targets.shape().size(0);
    for (int p = 0; p < pieces; p++) {
      long from = rows * p / pieces;
      long to = rows * (p + 1) / pieces;
      (p % 2 == 0 ? metric : other).update(rows(predictions, from, to), rows(targets, from, to));
    }
    metric.merge(other);
    return metric;
  }

  private static Tensor rows(Tensor tensor, long from, long to) {
    long[] sizes = tensor.shape().sizes();
    DType dtype = tensor.dtype();
    long bytes = tensor.bytes() / sizes[0];
    sizes[0] = to - from;
    return Tensor.wrap(
        dtype, Shape.of(sizes), tensor.data().asSlice(from * bytes, sizes[0] * bytes));
  }

  private static void check(JsonNode expected, Metric actual) {
    if (actual instanceof ConfusionMatrix matrix) {
      double[][] counts = matrix.counts();
      assertEquals(expected.size(), counts.length);
      for (int r = 0; r < counts.length; r++) {
        for (int c = 0; c < counts.length; c++) {
          assertEquals(
              expected.path(r).path(c).asDouble(Double.NaN),
              counts[r][c],
              Arrays.deepToString(counts));
        }
      }
    } else {
      double value = expected.asDouble(Double.NaN);
      assertEquals(value, actual.result(), RELATIVE * Math.abs(value));
    }
  }
}
