package dev.gatun.train.metric;

import dev.gatun.core.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The mean of numbers that are metrics already, such as losses of batches. */
public final class Mean implements Metric {
  private final String name;
  private double sum;
  private double total;

  /** The mean of what is called by this name. */
  public Mean(String name) {
    this.name = name;
  }

  @Override
  public String name() {
    return name;
  }

  /** Adds a number that stands for {@code weight} samples. */
  public void add(double value, double weight) {
    sum += value * weight;
    total += weight;
  }

  /** Adds the elements of the predictions; targets are not looked at. */
  @Override
  public void update(Tensor predictions, Tensor targets, @Nullable Tensor weights) {
    Cells from = Cells.predictions(name, predictions);
    Cells each = Cells.weights(name, weights, from.count());
    for (long i = 0; i < from.count(); i++) {
      double weight = Cells.weight(each, i);
      if (weight > 0) {
        add(from.number(i), weight);
      }
    }
  }

  @Override
  public void merge(Metric other) {
    Mean more = Merging.same(this, other);
    sum += more.sum;
    total += more.total;
  }

  @Override
  public double result() {
    return sum / total;
  }

  @Override
  public void reset() {
    sum = 0;
    total = 0;
  }

  @Override
  public Mean fresh() {
    return new Mean(name);
  }

  @Override
  public boolean higherIsBetter() {
    return false;
  }
}
