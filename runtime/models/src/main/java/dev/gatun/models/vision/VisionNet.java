package dev.gatun.models.vision;

import dev.gatun.models.family.Labels;
import dev.gatun.train.loss.Objective;
import dev.gatun.train.net.Flow;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A network for pictures.
 *
 * @param usualClasses of the published weights
 * @param loss for labels
 * @param keys other names of parameters, pairs of a pattern and a name
 */
record VisionNet(long usualClasses, Objective loss, Body body, String... keys) {
  /** What it computes of pictures [B, 3, H, W]. */
  @FunctionalInterface
  interface Body {
    /** The results by name, logits first. */
    Map<String, Flow> apply(Flow pixels, long classes);
  }

  /** A function to logits. */
  @FunctionalInterface
  interface Classifier {
    /** The logits [B, classes]. */
    Flow apply(Flow pixels, long classes);
  }

  static VisionNet classifier(Classifier net) {
    return severalHeads((x, classes) -> Map.of("logits", net.apply(x, classes)));
  }

  static VisionNet severalHeads(Body body, String... keys) {
    return new VisionNet(1000, new SideLosses(), body, keys);
  }

  static VisionNet map(Body body) {
    return new VisionNet(21, Labels.perPixel(255), body);
  }

  /** Logits and what else is trained with them. */
  static Map<String, Flow> results(Flow logits, Map<String, Flow> others) {
    Map<String, Flow> all = new LinkedHashMap<>();
    all.put("logits", logits);
    all.putAll(others);
    return all;
  }
}
