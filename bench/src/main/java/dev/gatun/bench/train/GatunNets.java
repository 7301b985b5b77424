package dev.gatun.bench.train;

import dev.gatun.core.tensor.Shape;
import dev.gatun.train.net.Convolution;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import dev.gatun.train.net.Layer;
import dev.gatun.train.net.Layers;
import dev.gatun.train.net.Net;

/** The nets as Gatun has them; {@link TorchNets} has the same ones. */
final class GatunNets {
  static Net of(Task task) {
    Shape sample = Shape.of(task.sample());
    return switch (task) {
      case MLP -> Net.of(sample, x -> x.dense(512).relu().dense(256).relu().dense(10));
      case LENET -> Net.of(sample, GatunNets::lenet);
      case RESNET18 -> Net.of(sample, GatunNets::resnet);
      case LSTM -> Net.of(sample, x -> x.then(Layers.lstm(256)).dense(task.classes()));
      case TRANSFORMER ->
          Net.of(Input.ids("x", task.sample()), x -> transformer(x, task.classes()));
    };
  }

  private static Flow lenet(Flow x) {
    return x.conv2d(32, 5, Convolution::same)
        .relu()
        .maxPool2d(2)
        .conv2d(64, 5, Convolution::same)
        .relu()
        .maxPool2d(2)
        .flatten()
        .dense(128)
        .relu()
        .dense(10);
  }

  private static Flow resnet(Flow x) {
    Flow y =
        x.conv2d(64, 7, c -> c.stride(2).pad(3).withoutBias())
            .batchNorm()
            .relu()
            .maxPool2d(3, p -> p.stride(2).pad(1));
    for (int stage = 0; stage < 4; stage++) {
      long filters = 64L << stage;
      y = block(y, filters, stage == 0 ? 1 : 2);
      y = block(y, filters, 1);
    }
    return y.globalAvgPool().dense(1000);
  }

  private static Flow block(Flow x, long filters, long stride) {
    Layer branch =
        y ->
            y.conv2d(filters, 3, c -> c.stride(stride).pad(1).withoutBias())
                .batchNorm()
                .relu()
                .conv2d(filters, 3, c -> c.pad(1).withoutBias())
                .batchNorm();
    Layer shortcut = y -> y.conv2d(filters, 1, c -> c.stride(stride).withoutBias()).batchNorm();
    return (stride == 1 ? x.residual(branch) : x.residual(branch, shortcut)).relu();
  }

  private static Flow transformer(Flow ids, long classes) {
    Flow x = ids.embedding(classes, 256).then(Layers.learnedPositions());
    for (int i = 0; i < Task.LAYERS; i++) {
      x = x.then(Layers.encoderBlock(Layers.selfAttention(Task.HEADS), 1024, 0));
    }
    return x.layerNorm().dense(classes);
  }

  private GatunNets() {}
}
