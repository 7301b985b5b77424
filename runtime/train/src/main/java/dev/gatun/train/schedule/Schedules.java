package dev.gatun.train.schedule;

import dev.gatun.core.tensor.GatunException;

/**
 * The usual learning-rate schedules. Rates agree with PyTorch's schedulers of the same name, in
 * closed form: the rate at a step depends on nothing but the step.
 */
public final class Schedules {
  /** The same rate for ever. */
  public static Schedule constant() {
    return (step, base) -> base;
  }

  /** Step decay: base * gamma^floor(step / size). */
  public static Schedule step(long size, double gamma) {
    requirePositive("step size", size);
    requireFactor("gamma", gamma);
    return (step, base) -> base * Math.pow(gamma, (double) Math.floorDiv(step, size));
  }

  /** base * gamma^(number of milestones that step has reached); milestones must increase. */
  public static Schedule multiStep(double gamma, long... milestones) {
    requireFactor("gamma", gamma);
    long[] at = milestones.clone();
    for (int i = 1; i < at.length; i++) {
      if (at[i] <= at[i - 1]) {
        throw new GatunException(
            "schedule: milestones must increase, but " + at[i] + " follows " + at[i - 1]);
      }
    }
    return (step, base) -> {
      int reached = 0;
      while (reached < at.length && step >= at[reached]) {
        reached++;
      }
      return base * Math.pow(gamma, reached);
    };
  }

  /** base * gamma^step. */
  public static Schedule exponential(double gamma) {
    requireFactor("gamma", gamma);
    return (step, base) -> base * Math.pow(gamma, (double) step);
  }

  /** Exponential decay over time: base * exp(-lambda * step). */
  public static Schedule timeDecay(double lambda) {
    if (!(lambda >= 0)) {
      throw new GatunException("schedule: lambda must be 0 or more, got " + lambda);
    }
    return (step, base) -> base * Math.exp(-lambda * step);
  }

  /** Inverse time decay: base / (1 + decay * step). */
  public static Schedule inverseTime(double decay) {
    if (!(decay >= 0)) {
      throw new GatunException("schedule: decay must be 0 or more, got " + decay);
    }
    return (step, base) -> base / (1 + decay * step);
  }

  /**
   * Cosine annealing (Loshchilov and Hutter 2016, without restarts): least + (base - least) * (1 +
   * cos(pi * step / steps)) / 2, which rises again after {@code steps}.
   */
  public static Schedule cosine(long steps, double least) {
    requirePositive("steps", steps);
    return (step, base) -> cosine(base, least, (double) step / steps);
  }

  /**
   * Cosine annealing that starts anew after {@code first} steps, then {@code first * factor}, then
   * {@code first * factor^2}, ... (Loshchilov and Hutter 2016, SGDR).
   */
  public static Schedule cosineWarmRestarts(long first, long factor, double least) {
    requirePositive("steps before the first restart", first);
    requirePositive("factor", factor);
    return (step, base) -> {
      long at = step;
      long period = first;
      if (factor == 1) {
        at %= first;
      } else {
        while (at >= period) {
          at -= period;
          period *= factor;
        }
      }
      return cosine(base, least, (double) at / period);
    };
  }

  /** From base * start to base * end along a line of {@code steps} steps, then it stays. */
  public static Schedule linear(double start, double end, long steps) {
    requirePositive("steps", steps);
    return (step, base) -> base * (start + (end - start) * Math.min(step, steps) / steps);
  }

  /** base * (1 - step / steps)^power, 0 after {@code steps}. */
  public static Schedule polynomial(long steps, double power) {
    requirePositive("steps", steps);
    return (step, base) -> base * Math.pow(1 - (double) Math.min(step, steps) / steps, power);
  }

  /** A linear ramp from 0 over {@code steps} steps, then {@code next} from its step 0. */
  public static Schedule warmup(long steps, Schedule next) {
    requirePositive("warm-up steps", steps);
    return linear(0, 1, steps).then(steps, next);
  }

  /** A linear ramp from 0 to base, then a line down to 0 at step {@code total}. */
  public static Schedule warmupLinear(long warmup, long total) {
    requireLonger(warmup, total);
    return warmup(warmup, linear(1, 0, total - warmup));
  }

  /** A linear ramp from 0 to base, then half a cosine down to 0 at step {@code total}. */
  public static Schedule warmupCosine(long warmup, long total) {
    requireLonger(warmup, total);
    return warmupCosine(warmup, total, 0);
  }

  /** As above, down to {@code least}, where it stays. */
  public static Schedule warmupCosine(long warmup, long total, double least) {
    requireLonger(warmup, total);
    long rest = total - warmup;
    return warmup(
        warmup, (step, base) -> cosine(base, least, (double) Math.min(step, rest) / rest));
  }

  /**
   * A linear ramp from 0 to base, then base * sqrt(warmup / step) (Vaswani and others 2017, section
   * 5.3, scaled so that the peak is base).
   */
  public static Schedule inverseSqrt(long warmup) {
    requirePositive("warm-up steps", warmup);
    return (step, base) ->
        step < warmup ? base * step / warmup : base * Math.sqrt((double) warmup / step);
  }

  /**
   * One cycle (Smith and Topin 2017) with cosine ramps: from max / 25 to max over the first {@code
   * rise} of the steps, then down to max / 250000. The base rate is not used.
   */
  public static Schedule oneCycle(double max, long total, double rise) {
    return oneCycle(max, total, rise, 25, 1e4);
  }

  /**
   * As above with the divisors given.
   *
   * @param max the peak
   * @param total number of steps, the last of which has the least rate; it stays
   * @param rise which part of them rises, between 0 and 1
   * @param divisor max / divisor is the first rate
   * @param finalDivisor max / divisor / finalDivisor is the last
   */
  public static Schedule oneCycle(
      double max, long total, double rise, double divisor, double finalDivisor) {
    requirePositive("total", total);
    if (!(rise >= 0 && rise <= 1)) {
      throw new GatunException("schedule: rise must be between 0 and 1, got " + rise);
    }
    double first = max / divisor;
    double last = first / finalDivisor;
    double peak = rise * total - 1;
    double end = total - 1.0;
    return (step, base) ->
        step <= peak
            ? cosine(first, max, peak == 0 ? 1 : step / peak)
            : cosine(max, last, end <= peak ? 1 : Math.min(1, (step - peak) / (end - peak)));
  }

  /**
   * The triangular cycle of Smith 2015: from {@code least} to {@code max} in {@code up} steps and
   * back in as many. The base rate is not used.
   */
  public static Schedule cyclic(double least, double max, long up) {
    return cyclic(least, max, up, 1);
  }

  /** As above with the height halved after each cycle (policy "triangular2"). */
  public static Schedule cyclicHalving(double least, double max, long up) {
    return cyclic(least, max, up, 0.5);
  }

  /** As above with the height multiplied by {@code decay} after each cycle. */
  public static Schedule cyclic(double least, double max, long up, double decay) {
    requirePositive("steps up", up);
    requireFactor("decay", decay);
    return (step, base) -> {
      long cycle = step / (2 * up);
      double x = Math.abs((double) step / up - 2.0 * cycle - 1);
      return least + (max - least) * (1 - x) * Math.pow(decay, (double) cycle);
    };
  }

  /** Half a cosine from one value (at 0) to another (at 1). */
  private static double cosine(double from, double to, double at) {
    return to + (from - to) * (1 + Math.cos(Math.PI * at)) / 2;
  }

  private static void requirePositive(String what, long value) {
    if (value < 1) {
      throw new GatunException("schedule: " + what + " must be 1 or more, got " + value);
    }
  }

  private static void requireLonger(long warmup, long total) {
    if (total <= warmup) {
      throw new GatunException(
          "schedule: total must be more than the " + warmup + " warm-up steps, got " + total);
    }
  }

  private static void requireFactor(String what, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new GatunException("schedule: " + what + " must be positive, got " + value);
    }
  }

  private Schedules() {}
}
