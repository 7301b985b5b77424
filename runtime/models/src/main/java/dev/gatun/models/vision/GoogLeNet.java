package dev.gatun.models.vision;

import dev.gatun.core.op.Flatten;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Layers;
import java.util.LinkedHashMap;
import java.util.Map;

/** GoogLeNet (Szegedy and others 2015) with batch norms; two more heads while training. */
final class GoogLeNet {
  static Map<String, Flow> apply(Flow pixels, long classes) {
    Map<String, Flow> others = new LinkedHashMap<>();
    Flow x = Convs.basic(pixels, "conv1", 64, 7, o -> o.stride(2).pad(3));
    x = x.maxPool2d(3, p -> p.stride(2).ceil());
    x = Convs.basic(x, "conv2", 64, 1, o -> o);
    x = Convs.basic(x, "conv3", 192, 3, o -> o.pad(1));
    x = x.maxPool2d(3, p -> p.stride(2).ceil());
    x = inception(x, "inception3a", 64, 96, 128, 16, 32, 32);
    x = inception(x, "inception3b", 128, 128, 192, 32, 96, 64);
    x = x.maxPool2d(3, p -> p.stride(2).ceil());
    x = inception(x, "inception4a", 192, 96, 208, 16, 48, 64);
    Flow first = x;
    x = inception(x, "inception4b", 160, 112, 224, 24, 64, 64);
    x = inception(x, "inception4c", 128, 128, 256, 24, 64, 64);
    x = inception(x, "inception4d", 112, 144, 288, 32, 64, 64);
    if (x.training()) {
      others.put("aux2", side(x, "aux2", classes));
      others.put("aux1", side(first, "aux1", classes));
    }
    x = inception(x, "inception4e", 256, 160, 320, 32, 128, 128);
    x = x.maxPool2d(2, p -> p.stride(2).ceil());
    x = inception(x, "inception5a", 256, 160, 320, 32, 128, 128);
    x = inception(x, "inception5b", 384, 192, 384, 48, 128, 128);
    Flow logits = Convs.dense(x.globalAvgPool().dropout(0.2), "fc", classes);
    return VisionNet.results(logits, others);
  }

  private static Flow inception(
      Flow x, String name, long a, long b1, long b2, long c1, long c2, long d) {
    return x.named(name)
        .then(
            y ->
                Flow.concat(
                    1,
                    Convs.basic(y, "branch1", a, 1, o -> o),
                    Convs.basic(
                        Convs.basic(y, "branch2.0", b1, 1, o -> o),
                        "branch2.1",
                        b2,
                        3,
                        o -> o.pad(1)),
                    // Not a mistake: 3, although the paper says 5; published weights are so.
                    Convs.basic(
                        Convs.basic(y, "branch3.0", c1, 1, o -> o),
                        "branch3.1",
                        c2,
                        3,
                        o -> o.pad(1)),
                    Convs.basic(
                        y.maxPool2d(3, p -> p.stride(1).pad(1).ceil()),
                        "branch4.1",
                        d,
                        1,
                        o -> o)));
  }

  private static Flow side(Flow x, String name, long classes) {
    Flow y = Convs.basic(x.then(Layers.adaptiveAvgPool2d(4, 4)), name + ".conv", 128, 1, o -> o);
    y = Convs.dense(y.op(Flatten.OP), name + ".fc1", 1024).relu().dropout(0.7);
    return Convs.dense(y, name + ".fc2", classes);
  }

  private GoogLeNet() {}
}
