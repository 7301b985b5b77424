package dev.gatun.train.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Values along an axis as positions on a picture, with ticks at round numbers. */
record Scale(double low, double high, double from, double to, double tick) {
  /** An axis that holds all of these values, with about so many ticks. */
  static Scale of(double least, double most, double from, double to, int ticks) {
    double low = least;
    double high = most;
    if (!(high > low)) {
      double around = Double.isFinite(low) ? low : 0;
      double half = around == 0 ? 0.5 : Math.abs(around) / 2;
      low = around - half;
      high = around + half;
    }
    double tick = round((high - low) / ticks);
    return new Scale(Math.floor(low / tick) * tick, Math.ceil(high / tick) * tick, from, to, tick);
  }

  /** The same without room at the ends, for steps. */
  static Scale tight(double least, double most, double from, double to, int ticks) {
    Scale loose = of(least, most, from, to, ticks);
    return most > least ? new Scale(least, most, from, to, Math.max(1, loose.tick)) : loose;
  }

  /** 1, 2 or 5 times a power of ten, not below. */
  private static double round(double wanted) {
    double power = Math.pow(10, Math.floor(Math.log10(wanted)));
    double factor = wanted / power;
    return (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10) * power;
  }

  double at(double value) {
    double clamped = Math.max(low, Math.min(high, value));
    return from + (to - from) * (clamped - low) / (high - low);
  }

  List<Double> ticks() {
    List<Double> all = new ArrayList<>();
    for (long i = (long) Math.ceil(low / tick - 1e-9); i * tick <= high + tick * 1e-9; i++) {
      all.add(i * tick);
    }
    return all;
  }

  /** A tick in as many digits as tell it from its neighbours. */
  String text(double value) {
    if (Math.abs(value) >= 10_000 && tick >= 100) {
      return String.format(Locale.ROOT, value % 1000 == 0 ? "%.0fk" : "%.1fk", value / 1000);
    }
    int digits = (int) Math.max(0, -Math.floor(Math.log10(tick) + 1e-9));
    return digits > 4
        ? String.format(Locale.ROOT, "%.0e", value)
        : String.format(Locale.ROOT, "%." + digits + "f", value == 0 ? 0.0 : value);
  }
}
