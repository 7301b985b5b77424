package dev.gatun.models.vision;

import dev.gatun.core.op.Flatten;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Layers;
import java.util.List;

/** Convolutions one after the other: AlexNet (Krizhevsky 2014), VGG (Simonyan and others 2015). */
final class PlainNets {
  private static final List<List<Long>> ALEXNET =
      // filters, kernel, stride, padding, whether a pool comes next
      List.of(
          List.of(64L, 11L, 4L, 2L, 1L),
          List.of(192L, 5L, 1L, 2L, 1L),
          List.of(384L, 3L, 1L, 1L, 0L),
          List.of(256L, 3L, 1L, 1L, 0L),
          List.of(256L, 3L, 1L, 1L, 1L));

  static Flow alexnet(Flow pixels, long classes) {
    Flow x = pixels;
    int index = 0;
    for (List<Long> c : ALEXNET) {
      x =
          Convs.conv(
                  x, "features." + index, c.get(0), c.get(1), o -> o.stride(c.get(2)).pad(c.get(3)))
              .relu();
      index += 2;
      if (c.get(4) == 1) {
        x = x.maxPool2d(3, p -> p.stride(2));
        index++;
      }
    }
    x = x.then(Layers.adaptiveAvgPool2d(6, 6)).op(Flatten.OP).dropout(0.5);
    x = Convs.dense(x, "classifier.1", 4096).relu().dropout(0.5);
    x = Convs.dense(x, "classifier.4", 4096).relu();
    return Convs.dense(x, "classifier.6", classes);
  }

  /**
   * VGG.
   *
   * @param depths convolutions before each pool
   */
  static Flow vgg(Flow pixels, long classes, List<Integer> depths, boolean norms) {
    Flow x = pixels;
    int index = 0;
    for (int stage = 0; stage < depths.size(); stage++) {
      long filters = Math.min(64L << stage, 512);
      for (int i = 0; i < depths.get(stage); i++) {
        x = Convs.conv(x, "features." + index, filters, 3, o -> o.pad(1));
        if (norms) {
          x = Convs.norm(x, "features." + (index + 1), 1e-5);
        }
        x = x.relu();
        index += norms ? 3 : 2;
      }
      x = x.maxPool2d(2);
      index++;
    }
    x = x.then(Layers.adaptiveAvgPool2d(7, 7)).op(Flatten.OP);
    x = Convs.dense(x, "classifier.0", 4096).relu().dropout(0.5);
    x = Convs.dense(x, "classifier.3", 4096).relu().dropout(0.5);
    return Convs.dense(x, "classifier.6", classes);
  }

  private PlainNets() {}
}
