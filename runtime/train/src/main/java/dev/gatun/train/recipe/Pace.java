package dev.gatun.train.recipe;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Epochs;
import dev.gatun.train.Listener;
import dev.gatun.train.Trainer;
import dev.gatun.train.schedule.Schedule;
import java.time.Duration;
import java.util.Map;

/**
 * How long a run goes on, and its learning rate: a ramp, then half a cosine down to a twentieth. It
 * follows steps when epochs end the run, so that a resumed run is the same bit for bit; it follows
 * the clock when that ends it.
 */
final class Pace implements Listener {
  private static final long LONGEST_RAMP = 100;
  private static final double END = 0.05;

  private final long epochs;
  private final long steps;
  private final double seconds;
  private double spent;
  private long begin = System.nanoTime();

  private Pace(long epochs, long steps, double seconds) {
    this.epochs = epochs;
    this.steps = steps;
    this.seconds = seconds;
  }

  /**
   * For a run of this many epochs and, unless it is 0, minutes.
   *
   * @param stepsOfEpoch how many steps an epoch has
   */
  static Pace of(long epochs, long stepsOfEpoch, double minutes) {
    return new Pace(epochs, epochs * stepsOfEpoch, minutes * 60);
  }

  Epochs epochs() {
    Epochs all = Epochs.of(epochs);
    return seconds == 0
        ? all
        : all.time(Duration.ofMillis((long) (1000 * Math.max(0, seconds - spent))));
  }

  Schedule schedule() {
    long ramp = Math.min(LONGEST_RAMP, Math.max(1, steps / 10));
    return (step, base) -> {
      if (step < ramp) {
        return base * (step + 1) / ramp;
      }
      double done = (double) (step - ramp) / Math.max(1, steps - ramp);
      if (seconds > 0) {
        done = Math.max(done, elapsed() / seconds);
      }
      return base * (END + (1 - END) * (1 + Math.cos(Math.PI * Math.min(1, done))) / 2);
    };
  }

  private double elapsed() {
    return spent + (System.nanoTime() - begin) * 1e-9;
  }

  @Override
  public void fitStarted(Trainer trainer, Epochs wanted) {
    begin = System.nanoTime();
  }

  @Override
  public Map<String, Tensor> save() {
    return Map.of("seconds", Tensor.of(new double[] {elapsed()}, 1));
  }

  @Override
  public void restore(Map<String, Tensor> saved) {
    Tensor before = saved.get("seconds");
    spent = before == null ? 0 : before.getDouble(0);
    begin = System.nanoTime();
  }
}
