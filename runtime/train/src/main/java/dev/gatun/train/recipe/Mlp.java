package dev.gatun.train.recipe;

import dev.gatun.train.net.Net;

/** Two hidden layers of ReLU units. */
final class Mlp implements Recipe {
  @Override
  public String name() {
    return "mlp";
  }

  @Override
  public String summary() {
    return "two hidden layers; pictures and tables, classes and numbers";
  }

  @Override
  public Defaults defaults() {
    return new Defaults(20, 64, 2e-3, 0);
  }

  @Override
  public Net net(Task task) {
    // As wide as the input asks for, within what trains fast.
    long width = Math.clamp(2 * Long.highestOneBit(task.sample().elements()), 64, 512);
    return Net.of(
        task.sample(),
        x -> x.flatten().dense(width).relu().dense(width / 2).relu().dense(task.outputs()));
  }
}
