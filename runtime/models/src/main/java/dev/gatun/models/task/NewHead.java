package dev.gatun.models.task;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.models.Catalog;
import dev.gatun.models.Pretrained;
import dev.gatun.models.family.Config;
import dev.gatun.models.family.Family;
import dev.gatun.train.Epochs;
import dev.gatun.train.Listener;
import dev.gatun.train.Trainer;
import dev.gatun.train.data.Batches;
import dev.gatun.train.metric.Metrics;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Clipping;
import dev.gatun.train.optim.Optimizers;
import dev.gatun.train.schedule.Schedule;
import dev.gatun.train.schedule.Schedules;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Published networks that get another head, which is to be trained. */
final class NewHead {
  /**
   * The class for a task of the same network.
   *
   * @param suffix of such classes, as {@code ForSequenceClassification}
   * @param task what they do, for errors
   */
  static String of(Config config, String suffix, String task) {
    String type = config.text("model_type", "");
    List<String> names = config.texts("architectures");
    List<String> candidates = new ArrayList<>();
    for (Family family : Catalog.families()) {
      if (family.modelTypes().contains(type)) {
        family.classes().stream().filter(c -> c.endsWith(suffix)).forEach(candidates::add);
      }
    }
    if (candidates.isEmpty()) {
      throw new GatunException(
          config.where() + ": model_type '" + type + "' has no network that " + task);
    }
    String now = names.isEmpty() ? candidates.get(0) : names.get(0);
    return candidates.stream()
        .filter(c -> now.startsWith(c.substring(0, c.length() - suffix.length())))
        .max(Comparator.comparingInt(String::length))
        .orElseThrow(
            () -> new GatunException(config.where() + ": '" + now + "' is none of " + candidates));
  }

  /**
   * Only the head may be new: a network without the rest would be trained from nothing.
   *
   * @param head other names that count as the head's
   */
  static void requireBody(Pretrained model, String where, Predicate<String> head) {
    String base = model.architecture().keys().base();
    List<String> lacking = new ArrayList<>(model.report().missing());
    lacking.addAll(model.report().mismatched());
    lacking.removeIf(name -> !name.startsWith(base + ".") || head.test(name));
    if (!lacking.isEmpty()) {
      throw new GatunException(
          where + ": fine-tuning needs the weights below the head; " + model.report());
    }
  }

  /** The classes of examples in alphabetical order, at least two. */
  static List<String> labels(Stream<String> ofExamples) {
    List<String> labels = ofExamples.distinct().sorted().toList();
    if (labels.size() < 2) {
      throw new GatunException("fine-tuning needs examples of at least two classes, got " + labels);
    }
    return labels;
  }

  /**
   * Trains a network of the model with AdamW and a rate that rises for a tenth of the steps and
   * falls to 0.
   *
   * @param steps of all epochs
   * @param highest the highest rate
   */
  static Net train(
      Net net,
      Pretrained model,
      Batches batches,
      long epochs,
      long steps,
      double highest,
      long seed,
      Listener... listeners) {
    var builder =
        Trainer.builder(net)
            .loss(model.objective())
            .optimizer(Optimizers.adamW(highest))
            .schedule(schedule(steps))
            .clip(Clipping.norm(1))
            .metrics(Metrics.accuracy())
            .seed(seed);
    Arrays.asList(listeners).forEach(builder::listener);
    try (Trainer trainer = builder.build()) {
      trainer.fit(batches, Epochs.of(epochs));
      return trainer.net();
    }
  }

  private static Schedule schedule(long steps) {
    // A single step is neither before nor behind the top.
    return Schedules.warmupLinear(Math.max(1, steps / 10), Math.max(2, steps));
  }

  private NewHead() {}
}
