package dev.gatun.train.recipe;

import dev.gatun.train.loss.Losses;
import dev.gatun.train.loss.Objective;
import dev.gatun.train.metric.Metric;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Initializers;
import dev.gatun.train.net.Input;
import dev.gatun.train.net.Layers;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Clipping;
import dev.gatun.train.optim.Optimizer;
import dev.gatun.train.optim.Optimizers;
import java.util.List;

/** A transformer of 4 blocks and 0.8 million parameters that foretells the next character. */
final class CharGpt implements Recipe {
  private static final long WIDTH = 128;
  private static final int BLOCKS = 4;
  private static final long HEADS = 4;

  @Override
  public String name() {
    return "char-gpt";
  }

  @Override
  public String summary() {
    return "a transformer (0.8 M parameters) that foretells the next character; text";
  }

  @Override
  public boolean readsText() {
    return true;
  }

  @Override
  public Defaults defaults() {
    return new Defaults(10, 32, 1e-3, 64);
  }

  @Override
  public Net net(Task task) {
    return Net.of(
        Input.ids("x", task.sample().size(0)),
        x -> {
          // Small first rows: those of deviation 1 would drown the positions.
          Flow y =
              x.then(Layers.embedding(task.outputs(), WIDTH).weights(Initializers.normal(0, 0.02)))
                  .then(Layers.learnedPositions());
          for (int i = 0; i < BLOCKS; i++) {
            y = y.then(Layers.encoderBlock(Layers.selfAttention(HEADS).masked(), 4 * WIDTH, 0));
          }
          return y.layerNorm().dense(task.outputs());
        });
  }

  @Override
  public Objective loss(Task task) {
    return Losses.softmaxCrossEntropy().lastAxis();
  }

  @Override
  public List<Metric> metrics(Task task) {
    return List.of();
  }

  @Override
  public Optimizer optimizer(double rate) {
    return Optimizers.adamW(rate).betas(0.9, 0.99).weightDecay(0.1);
  }

  @Override
  public Clipping clipping() {
    return new Clipping.Norm(1);
  }
}
