package dev.gatun.train.recipe;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.Alphabet;
import dev.gatun.train.data.Preparation;
import dev.gatun.train.data.Scaling;
import dev.gatun.train.metric.Average;
import dev.gatun.train.metric.Metric;
import dev.gatun.train.metric.Metrics;
import dev.gatun.train.net.Net;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** Measures what a run has learnt. */
public final class Evaluation implements AutoCloseable {
  private static final double TEMPERATURE = 0.8;

  private final Run run;
  private final boolean other;

  private Evaluation(Run run, boolean other) {
    this.run = run;
    this.other = other;
  }

  /**
   * Of the latest checkpoint of a run.
   *
   * @param data other data than that of the run: all of it is measured
   */
  public static Evaluation of(Path folder, Optional<String> data) {
    return new Evaluation(Run.load(folder, data), data.isPresent());
  }

  /** More than is measured while training. */
  static List<Metric> metrics(Recipe recipe, Task task) {
    if (recipe.readsText()) {
      return List.of();
    }
    List<Metric> own = recipe.metrics(task);
    boolean classes = own.stream().anyMatch(metric -> metric.name().equals("accuracy"));
    return classes
        ? List.of(
            Metrics.accuracy(),
            Metrics.precision(Average.MACRO),
            Metrics.recall(Average.MACRO),
            Metrics.f1(Average.MACRO))
        : List.of(Metrics.rmse(), Metrics.mae());
  }

  /** The network with the checkpoint's weights. */
  public Net net() {
    return run.trainer().net();
  }

  /** Values by part of the data and name. */
  public Map<String, Map<String, Double>> values() {
    Map<String, Map<String, Double>> parts;
    if (other || run.task().validation().isEmpty() && run.task().test().isEmpty()) {
      parts = new LinkedHashMap<>();
      var task = run.task();
      // All of it: what a run holds back is only a part.
      var all = task.validation().map(held -> task.train().concat(held)).orElse(task.train());
      parts.put("all", run.trainer().evaluate(run.measured(all)));
    } else {
      parts = run.evaluate();
    }
    Map<String, Map<String, Double>> shown = new LinkedHashMap<>();
    parts.forEach((part, values) -> shown.put(part, inUnits(values)));
    return shown;
  }

  private Map<String, Double> inUnits(Map<String, Double> values) {
    Map<String, Double> shown = new LinkedHashMap<>(values);
    double loss = values.getOrDefault("loss", Double.NaN);
    if (run.task().goal() == Task.Goal.CHARACTERS) {
      shown.put("perplexity", Math.exp(loss));
      shown.put("bits per character", loss / Math.log(2));
    }
    for (Preparation each : run.task().encoding().preparations()) {
      if (each instanceof Scaling scaling
          && scaling.field().equals("y")
          && run.task().goal() == Task.Goal.NUMBERS) {
        shown.replaceAll((name, value) -> name.equals("loss") ? value : value * scaling.scale()[0]);
      }
    }
    return shown;
  }

  /** Text that the network writes; empty unless it learnt from text. */
  public String sample(int length, long seed) {
    Task task = run.task();
    if (task.goal() != Task.Goal.CHARACTERS) {
      return "";
    }
    Alphabet alphabet = Alphabet.of(task.encoding().alphabet());
    int context = (int) task.sample().size(0);
    int[] codes = new int[length + 1];
    int newline = task.encoding().alphabet().indexOf('\n');
    codes[0] = Math.max(0, newline);
    SplittableRandom random = new SplittableRandom(seed);
    for (int n = 1; n <= length; n++) {
      // What is behind the last character is not seen by it: the models look back only.
      int from = Math.max(0, n - context);
      long[] window = new long[context];
      for (int t = from; t < n; t++) {
        window[t - from] = codes[t];
      }
      Tensor logits = run.trainer().predict(Tensor.of(window, 1, context));
      codes[n] = draw(logits, (long) (n - from - 1) * alphabet.size(), alphabet.size(), random);
    }
    return alphabet.decode(java.util.Arrays.copyOfRange(codes, 1, codes.length));
  }

  private static int draw(Tensor logits, long at, int count, SplittableRandom random) {
    double most = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      most = Math.max(most, logits.getDouble(at + i));
    }
    double[] sums = new double[count];
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += Math.exp((logits.getDouble(at + i) - most) / TEMPERATURE);
      sums[i] = sum;
    }
    double wanted = random.nextDouble() * sum;
    int drawn = 0;
    while (drawn < count - 1 && sums[drawn] < wanted) {
      drawn++;
    }
    return drawn;
  }

  /** What was measured, and after how many steps. */
  public String describe() {
    return run.describe() + ", after " + run.trainer().steps() + " steps";
  }

  @Override
  public void close() {
    run.close();
  }
}
