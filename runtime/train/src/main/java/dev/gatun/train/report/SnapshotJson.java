package dev.gatun.train.report;

import dev.gatun.train.EpochRecord;
import dev.gatun.train.inspect.Inspection;
import dev.gatun.train.inspect.LayerStatistics;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What the live page shows, as JSON; numbers that are none are left out. */
final class SnapshotJson {
  static String of(Recording.Snapshot run) {
    ObjectNode node = JsonMapper.shared().createObjectNode();
    node.put("title", run.title()).put("ended", run.ended());
    run.latest()
        .ifPresent(
            step -> {
              node.put("step", step.step()).put("epoch", step.epoch());
              node.put("batch", step.batch() + 1);
              put(node, "lastLoss", step.loss());
              put(node, "lastRate", step.rate());
              put(node, "lastNorm", step.gradientNorm());
            });
    node.put("steps", run.steps()).put("stepsOfEpoch", run.stepsOfEpoch());
    put(node, "share", run.share());
    put(node, "secondsLeft", run.secondsLeft());
    put(node, "samplesPerSecond", run.samplesPerSecond());
    put(node, "stepsPerSecond", run.stepsPerSecond());
    curve(node.putArray("loss"), run.loss());
    curve(node.putArray("smooth"), CurveSvg.smooth(run.loss()));
    curve(node.putArray("rate"), run.rate());
    curve(node.putArray("norm"), run.norm());
    ArrayNode epochs = node.putArray("epochs");
    for (EpochRecord epoch : run.epochs()) {
      ObjectNode entry = epochs.addObject();
      entry.put("epoch", epoch.epoch()).put("step", epoch.steps());
      put(entry, "seconds", epoch.seconds());
      ObjectNode values = entry.putObject("values");
      epoch.values().forEach((name, value) -> put(values, name, value));
    }
    run.inspection().ifPresent(seen -> inspection(node.putObject("inspection"), seen));
    ArrayNode findings = node.putArray("findings");
    run.findings()
        .forEach(
            finding ->
                findings
                    .addObject()
                    .put("cause", finding.cause().name().toLowerCase(java.util.Locale.ROOT))
                    .put("text", finding.toString()));
    return JsonMapper.shared().writeValueAsString(node);
  }

  private static void inspection(ObjectNode node, Inspection seen) {
    node.put("step", seen.step());
    ArrayNode gradients = node.putArray("gradients");
    seen.gradients()
        .forEach((layer, norm) -> put(gradients.addObject().put("layer", layer), "norm", norm));
    ArrayNode layers = node.putArray("layers");
    for (LayerStatistics layer : seen.layers()) {
      ObjectNode entry = layers.addObject().put("layer", layer.layer()).put("kind", layer.kind());
      entry.put("activation", layer.activation());
      put(entry, "mean", layer.mean());
      put(entry, "deviation", layer.deviation());
      put(entry, "zeros", layer.zeros());
      put(entry, "dead", layer.dead());
      put(entry, "saturated", layer.saturated());
      put(entry, "gradient", layer.gradient());
      put(entry, "low", layer.histogram().low());
      put(entry, "high", layer.histogram().high());
      ArrayNode counts = entry.putArray("counts");
      for (long count : layer.histogram().counts()) {
        counts.add(count);
      }
    }
  }

  private static void curve(ArrayNode array, List<Series.Point> points) {
    for (Series.Point point : points) {
      if (Double.isFinite(point.y())) {
        array.addArray().add((float) point.x()).add((float) point.y());
      }
    }
  }

  private static void put(ObjectNode node, String name, double value) {
    if (Double.isFinite(value)) {
      node.put(name, value);
    }
  }

  private SnapshotJson() {}
}
