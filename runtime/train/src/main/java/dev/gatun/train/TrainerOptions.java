package dev.gatun.train;

import dev.gatun.core.exec.SessionOptions;
import dev.gatun.train.metric.Metric;
import dev.gatun.train.schedule.Plateau;
import dev.gatun.train.schedule.Schedule;
import java.util.List;
import java.util.Optional;

/**
 * What a trainer is made from.
 *
 * @param schedule by steps
 * @param epochSchedule by epochs, on top of it
 * @param plateauOf the value that the plateau looks at
 */
record TrainerOptions(
    Recipe recipe,
    List<Metric> metrics,
    List<Listener> listeners,
    Schedule schedule,
    Schedule epochSchedule,
    Optional<Plateau> plateau,
    String plateauOf,
    long seed,
    SessionOptions session) {
  TrainerOptions {
    metrics = List.copyOf(metrics);
    listeners = List.copyOf(listeners);
  }
}
