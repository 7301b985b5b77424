package dev.gatun.models.vision;

import dev.gatun.models.part.Images;
import dev.gatun.train.net.Activations;
import dev.gatun.train.net.Flow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A class for each pixel from a residual network's last features: FCN (Long and others 2015),
 * DeepLab v3 (Chen and others 2017).
 */
final class SegmentationNets {
  private static final double EPSILON = 1e-5;

  static Map<String, Flow> fcn(ResidualNet backbone, Flow pixels, long classes) {
    Flow x = backbone.dilated(2).features(pixels, "backbone.");
    x = normed(x, "classifier.0", "classifier.1", x.size(1) / 4, 3, 1).dropout(0.1);
    Flow map = Convs.conv(x, "classifier.4", classes, 1, o -> o);
    return Map.of("out", Images.resized(map, pixels));
  }

  static Map<String, Flow> deepLab(ResidualNet backbone, Flow pixels, long classes) {
    Flow x = backbone.dilated(2).features(pixels, "backbone.");
    x = x.named("classifier.0").then(SegmentationNets::pyramid).dropout(0.5);
    x = normed(x, "classifier.1", "classifier.2", 256, 3, 1);
    Flow map = Convs.conv(x, "classifier.4", classes, 1, o -> o);
    return Map.of("out", Images.resized(map, pixels));
  }

  /** Features seen from several distances. */
  private static Flow pyramid(Flow x) {
    List<Flow> parts = new ArrayList<>();
    parts.add(normed(x, "convs.0.0", "convs.0.1", 256, 1, 1));
    List<Long> distances = List.of(12L, 24L, 36L);
    for (int i = 0; i < distances.size(); i++) {
      String name = "convs." + (i + 1);
      parts.add(normed(x, name + ".0", name + ".1", 256, 3, distances.get(i)));
    }
    Flow all = normed(x.meanKept(2, 3), "convs.4.1", "convs.4.2", 256, 1, 1);
    parts.add(Images.resized(all, x));
    return normed(Flow.concat(1, parts), "project.0", "project.1", 256, 1, 1);
  }

  private static Flow normed(
      Flow x, String conv, String norm, long filters, long kernel, long dilation) {
    return Convs.normed(
        x,
        conv,
        norm,
        EPSILON,
        Activations.relu(),
        filters,
        kernel,
        o -> o.pad(kernel / 2 * dilation).dilation(dilation));
  }

  private SegmentationNets() {}
}
