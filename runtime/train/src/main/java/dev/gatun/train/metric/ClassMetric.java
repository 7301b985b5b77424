package dev.gatun.train.metric;

import dev.gatun.core.tensor.Tensor;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** A metric of decisions that follows from the counts of each class. */
final class ClassMetric implements Metric {
  private final String name;
  private final boolean higherIsBetter;
  private final Decision decision;
  private final ToDoubleFunction<ClassCounts> formula;
  private final ClassCounts counts = new ClassCounts();

  ClassMetric(
      String name,
      boolean higherIsBetter,
      Decision decision,
      ToDoubleFunction<ClassCounts> formula) {
    this.name = name;
    this.higherIsBetter = higherIsBetter;
    this.decision = decision;
    this.formula = formula;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void update(Tensor predictions, Tensor targets, @Nullable Tensor weights) {
    Classes.forEach(name, decision, predictions, targets, weights, counts::add);
  }

  @Override
  public void merge(Metric other) {
    counts.add(Merging.same(this, other).counts);
  }

  @Override
  public double result() {
    return formula.applyAsDouble(counts);
  }

  @Override
  public void reset() {
    counts.clear();
  }

  @Override
  public ClassMetric fresh() {
    return new ClassMetric(name, higherIsBetter, decision, formula);
  }

  @Override
  public boolean higherIsBetter() {
    return higherIsBetter;
  }
}
