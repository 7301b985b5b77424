package dev.gatun.models.vision;

import dev.gatun.train.net.Activations;
import dev.gatun.train.net.Flow;
import java.util.ArrayList;
import java.util.List;

/**
 * DenseNet (Huang and others 2017): each layer reads the results of all before it in its block.
 *
 * @param growth channels that a layer adds
 * @param stem channels of the first convolution
 */
record DenseNet(long growth, long stem, List<Integer> blocks) {
  private static final double EPSILON = 1e-5;

  static DenseNet of(long growth, long stem, int... blocks) {
    return new DenseNet(growth, stem, java.util.Arrays.stream(blocks).boxed().toList());
  }

  Flow classified(Flow pixels, long classes) {
    Flow x =
        Convs.normed(
                pixels,
                "features.conv0",
                "features.norm0",
                EPSILON,
                Activations.relu(),
                stem,
                7,
                o -> o.stride(2).pad(3))
            .maxPool2d(3, p -> p.stride(2).pad(1));
    for (int i = 1; i <= blocks.size(); i++) {
      int layers = blocks.get(i - 1);
      x = x.named("features.denseblock" + i).then(y -> block(y, layers));
      if (i < blocks.size()) {
        x = x.named("features.transition" + i).then(DenseNet::transition);
      }
    }
    x = Convs.norm(x, "features.norm5", EPSILON).relu();
    return Convs.dense(x.globalAvgPool(), "classifier", classes);
  }

  private Flow block(Flow x, int layers) {
    List<Flow> all = new ArrayList<>(List.of(x));
    for (int i = 1; i <= layers; i++) {
      all.add(Flow.concat(1, all).named("denselayer" + i).then(this::layer));
    }
    return Flow.concat(1, all);
  }

  private Flow layer(Flow x) {
    Flow y = Convs.norm(x, "norm1", EPSILON).relu();
    y = Convs.conv(y, "conv1", 4 * growth, 1, o -> o.withoutBias());
    y = Convs.norm(y, "norm2", EPSILON).relu();
    return Convs.conv(y, "conv2", growth, 3, o -> o.pad(1).withoutBias());
  }

  private static Flow transition(Flow x) {
    Flow y = Convs.norm(x, "norm", EPSILON).relu();
    return Convs.conv(y, "conv", x.size(1) / 2, 1, o -> o.withoutBias()).avgPool2d(2);
  }
}
