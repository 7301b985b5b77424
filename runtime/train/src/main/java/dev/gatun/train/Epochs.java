package dev.gatun.train;

import dev.gatun.core.tensor.GatunException;
import java.time.Duration;

/**
 * How long to train; whatever comes first ends it.
 *
 * @param count epochs in total: a resumed run goes on to this number
 * @param steps steps in total
 * @param time of this call
 * @param tolerance stops when the loss of an epoch differs from that before by less
 */
public record Epochs(long count, long steps, Duration time, double tolerance) {
  public Epochs {
    if (count < 0 || steps < 0 || !(tolerance >= 0)) {
      throw new GatunException("epochs: counts and tolerance must be 0 or more");
    }
  }

  /** This many epochs. */
  public static Epochs of(long count) {
    return new Epochs(count, Long.MAX_VALUE, Duration.ofDays(36_500), 0);
  }

  /** At most this many steps. */
  public Epochs steps(long most) {
    return new Epochs(count, most, time, tolerance);
  }

  /** At most this long. */
  public Epochs time(Duration most) {
    return new Epochs(count, steps, most, tolerance);
  }

  /** Until the loss changes less than this from one epoch to the next. */
  public Epochs tolerance(double least) {
    return new Epochs(count, steps, time, least);
  }
}
