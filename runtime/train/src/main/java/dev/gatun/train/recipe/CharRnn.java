package dev.gatun.train.recipe;

import dev.gatun.train.loss.Losses;
import dev.gatun.train.loss.Objective;
import dev.gatun.train.metric.Metric;
import dev.gatun.train.net.Input;
import dev.gatun.train.net.Layers;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Clipping;
import java.util.List;

/** An LSTM that foretells the next character. */
final class CharRnn implements Recipe {
  private static final long WIDTH = 64;
  private static final long HIDDEN = 256;

  @Override
  public String name() {
    return "char-rnn";
  }

  @Override
  public String summary() {
    return "an LSTM that foretells the next character; text";
  }

  @Override
  public boolean readsText() {
    return true;
  }

  @Override
  public Defaults defaults() {
    return new Defaults(5, 32, 3e-3, 64);
  }

  @Override
  public Net net(Task task) {
    return Net.of(
        Input.ids("x", task.sample().size(0)),
        x -> x.embedding(task.outputs(), WIDTH).then(Layers.lstm(HIDDEN)).dense(task.outputs()));
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
  public Clipping clipping() {
    return new Clipping.Norm(1);
  }
}
