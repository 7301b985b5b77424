package dev.gatun.train.recipe;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.Sample;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.loss.Objective;
import dev.gatun.train.metric.Metric;
import dev.gatun.train.metric.Metrics;
import dev.gatun.train.net.Net;
import java.util.List;

/** Learns to give back its input through a layer that is narrower. */
final class Autoencoder implements Recipe {
  @Override
  public String name() {
    return "autoencoder";
  }

  @Override
  public String summary() {
    return "gives back its input through a narrow layer; pictures and tables";
  }

  @Override
  public Defaults defaults() {
    return new Defaults(20, 64, 1e-3, 0);
  }

  @Override
  public Net net(Task task) {
    long size = task.sample().elements();
    long width = Math.clamp(Long.highestOneBit(size) * 2, 16, 256);
    long code = Math.max(2, Math.min(32, size / 8));
    return Net.of(
        task.sample(),
        x ->
            x.flatten()
                .dense(width)
                .relu()
                .named("code")
                .dense(code)
                .relu()
                .dense(width)
                .relu()
                .dense(size));
  }

  @Override
  public Sample sample(Task task, Sample sample) {
    Tensor x = sample.get("x");
    return sample.with("y", x.reshape(Shape.of(x.elements())));
  }

  @Override
  public Objective loss(Task task) {
    return Losses.meanSquaredError();
  }

  @Override
  public List<Metric> metrics(Task task) {
    return List.of(Metrics.mae());
  }
}
