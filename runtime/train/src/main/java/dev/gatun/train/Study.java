package dev.gatun.train;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.train.data.Batches;
import dev.gatun.train.data.IndexedDataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleFunction;
import java.util.function.Function;

/**
 * The same training with one setting changed: a table with a line a trial. Sizes of batches, widths
 * of layers and numbers of samples are what it is for.
 *
 * @param setting what was changed
 */
public record Study(String setting, List<Trial> trials) {
  /** A value of the setting, and what came of it. */
  public record Trial(double setting, Map<String, Double> values) {
    public Trial {
      values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** A value by name; NaN if there is none. */
    public double get(String name) {
      return values.getOrDefault(name, Double.NaN);
    }
  }

  public Study {
    trials = List.copyOf(trials);
  }

  /** Does a trial for each value of a setting. */
  public static Study of(
      String setting, double[] values, DoubleFunction<Map<String, Double>> trial) {
    List<Trial> trials = new ArrayList<>();
    for (double value : values) {
      trials.add(new Trial(value, trial.apply(value)));
    }
    return new Study(setting, trials);
  }

  /**
   * How results change with the number of samples: trials with the first samples of the training
   * data, so that each has all of the one before.
   */
  public static Study learningCurve(
      IndexedDataset train, long[] counts, Function<IndexedDataset, Map<String, Double>> trial) {
    List<Trial> trials = new ArrayList<>();
    for (long count : counts) {
      if (count < 1 || count > train.count()) {
        throw new GatunException(
            "learning curve: " + count + " samples of " + train.count() + " cannot be taken");
      }
      trials.add(new Trial(count, trial.apply(train.take(count))));
    }
    return new Study("samples", trials);
  }

  /**
   * Fits, and tells: {@code parameters}, {@code memory} in bytes and {@code step} in seconds (see
   * {@link Resources}), {@code throughput} in samples a second, values of the last epoch ({@code
   * loss}, metrics), and those of the test data with {@code test_} before them.
   */
  public static Map<String, Double> measure(
      Trainer trainer, Batches train, Batches test, Epochs epochs) {
    History history = trainer.fit(train, epochs);
    Resources resources = trainer.resources();
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("parameters", (double) resources.parameters());
    values.put("memory", (double) resources.totalBytes());
    values.put("step", resources.stepSeconds());
    double seconds = history.epochs().stream().mapToDouble(EpochRecord::seconds).sum();
    double samples = train.samples().orElse(0) * (double) history.epochs().size();
    values.put("throughput", samples / seconds);
    values.putAll(history.last().values());
    trainer.evaluate(test).forEach((name, value) -> values.put("test_" + name, value));
    return values;
  }

  /** A value of all trials. */
  public double[] values(String name) {
    return trials.stream().mapToDouble(trial -> trial.get(name)).toArray();
  }

  /** A table with a line a trial. */
  public String toCsv() {
    Set<String> names = new LinkedHashSet<>();
    trials.forEach(trial -> names.addAll(trial.values().keySet()));
    StringBuilder csv = new StringBuilder(setting);
    names.forEach(name -> csv.append(',').append(name));
    csv.append('\n');
    for (Trial trial : trials) {
      csv.append(trial.setting());
      for (String name : names) {
        csv.append(',');
        csv.append(trial.values().containsKey(name) ? Double.toString(trial.get(name)) : "");
      }
      csv.append('\n');
    }
    return csv.toString();
  }

  /** Writes {@link #toCsv} to a file. */
  public void writeCsv(Path file) {
    try {
      Files.writeString(file, toCsv());
    } catch (IOException e) {
      throw new GatunException("study: cannot write " + file + ": " + e.getMessage(), e);
    }
  }
}
