package dev.gatun.train.recipe;

import dev.gatun.train.data.Sample;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.loss.Objective;
import dev.gatun.train.metric.Metric;
import dev.gatun.train.metric.Metrics;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Clipping;
import dev.gatun.train.optim.Optimizer;
import dev.gatun.train.optim.Optimizers;
import java.util.List;

/** A network for a kind of data, with all that is needed to train it well. */
interface Recipe {
  /** What it is called on the command line. */
  String name();

  /** One line for people. */
  String summary();

  /** Whether it learns from text; others learn from pictures and tables. */
  default boolean readsText() {
    return false;
  }

  /** What counts where nothing else was said. */
  Defaults defaults();

  /** The network; its first weights are drawn by the caller. */
  Net net(Task task);

  /** The sample that it learns from. */
  default Sample sample(Task task, Sample sample) {
    return sample;
  }

  /** What is minimized. */
  default Objective loss(Task task) {
    return task.goal() == Task.Goal.CLASSES
        ? Losses.softmaxCrossEntropy()
        : Losses.meanSquaredError();
  }

  /** What is measured beside the loss. */
  default List<Metric> metrics(Task task) {
    return task.goal() == Task.Goal.CLASSES ? List.of(Metrics.accuracy()) : List.of(Metrics.mae());
  }

  /** How weights change. */
  default Optimizer optimizer(double rate) {
    return Optimizers.adamW(rate);
  }

  /** What keeps gradients within bounds. */
  default Clipping clipping() {
    return Clipping.none();
  }

  /**
   * Settings that fit a recipe.
   *
   * @param epochs how often to go through the data
   * @param batch samples a step
   * @param context characters that a text model sees
   */
  record Defaults(long epochs, int batch, double rate, int context) {}
}
