package dev.gatun.train.recipe;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.train.net.Net;

/** Two convolutions of 5 x 5, each with pooling, and two dense layers, after LeCun and others. */
final class LeNet implements Recipe {
  @Override
  public String name() {
    return "lenet";
  }

  @Override
  public String summary() {
    return "two convolutions and two dense layers; pictures";
  }

  @Override
  public Defaults defaults() {
    return new Defaults(5, 64, 1e-3, 0);
  }

  @Override
  public Net net(Task task) {
    if (task.sample().rank() != 3 || task.sample().size(1) < 4 || task.sample().size(2) < 4) {
      throw new GatunException(
          "lenet: needs pictures [channels, height, width] of at least 4 x 4 pixels, samples are "
              + task.sample()
              + "; mlp takes any numbers");
    }
    return Net.of(
        task.sample(),
        x ->
            x.conv2d(32, 5, c -> c.same())
                .relu()
                .maxPool2d(2)
                .conv2d(64, 5, c -> c.same())
                .relu()
                .maxPool2d(2)
                .flatten()
                .dense(128)
                .relu()
                .dense(task.outputs()));
  }
}
