package dev.gatun.train;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.Batch;
import dev.gatun.train.data.BatchCursor;
import dev.gatun.train.data.Batches;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Looks for a learning rate (Smith 2015, "Cyclical learning rates", section 3.3): steps with a rate
 * that grows from {@code low} to {@code high} by the same factor each time, until the loss runs
 * away. The suggestion is the rate at which the smoothed loss falls most steeply over the logarithm
 * of the rate. Afterwards the trainer is what it was before, bit for bit.
 *
 * @param steps how many rates are tried; the data is read again from the start when it ends
 */
public record RateFinder(double low, double high, int steps) {
  /** The loss counts as having run away beyond this multiple of the least one. */
  private static final double AWAY = 4;

  private static final double SMOOTHING = 0.9;

  public RateFinder {
    if (!(low > 0 && high > low && Double.isFinite(high)) || steps < 10) {
      throw new GatunException(
          "rate finder: needs 0 < low < high and 10 steps or more, got "
              + low
              + " to "
              + high
              + " in "
              + steps
              + " steps");
    }
  }

  /** From 1e-6 to 10 in 140 steps. */
  public static RateFinder standard() {
    return new RateFinder(1e-6, 10, 140);
  }

  /**
   * What was found.
   *
   * @param rates those that were tried, ascending
   * @param losses the smoothed loss at each
   */
  public record Ramp(List<Double> rates, List<Double> losses, double suggestion) {
    public Ramp {
      rates = List.copyOf(rates);
      losses = List.copyOf(losses);
    }

    /** Rates and losses as a table. */
    public String toCsv() {
      StringBuilder csv = new StringBuilder("rate,loss\n");
      for (int i = 0; i < rates.size(); i++) {
        csv.append(rates.get(i)).append(',').append(losses.get(i)).append('\n');
      }
      return csv.toString();
    }
  }

  /** Tries the rates; listeners are not told. */
  public Ramp find(Trainer trainer, Batches data) {
    Checkpoint before = trainer.checkpoint();
    try {
      return ramp(trainer, data);
    } finally {
      trainer.resume(before);
    }
  }

  private Ramp ramp(Trainer trainer, Batches data) {
    List<Double> rates = new ArrayList<>();
    List<Double> losses = new ArrayList<>();
    double average = 0;
    double least = Double.POSITIVE_INFINITY;
    long epoch = 0;
    BatchCursor batches = data.open(epoch);
    try {
      for (int i = 0; i < steps; i++) {
        if (!batches.hasNext()) {
          batches.close();
          batches = data.open(++epoch);
        }
        double rate = low * Math.pow(high / low, i / (steps - 1.0));
        double loss = step(trainer, batches, rate);
        average = SMOOTHING * average + (1 - SMOOTHING) * loss;
        double smooth = average / (1 - Math.pow(SMOOTHING, i + 1.0));
        if (!(smooth <= AWAY * least)) { // also when it is not a number
          break;
        }
        least = Math.min(least, smooth);
        rates.add(rate);
        losses.add(smooth);
      }
    } finally {
      batches.close();
    }
    return new Ramp(rates, losses, steepest(rates, losses));
  }

  private static double step(Trainer trainer, BatchCursor batches, double rate) {
    try (Batch batch = batches.next()) {
      Map<String, Tensor> fields = batch.asMap();
      return trainer.step(fields, rate);
    } catch (TrainingException e) {
      if (e.getCause() != null) {
        throw e; // the batch does not fit; a loss that is not finite has no cause
      }
      return Double.NaN;
    }
  }

  private static double steepest(List<Double> rates, List<Double> losses) {
    double best = 0;
    int at = -1;
    for (int i = 2; i + 2 < losses.size(); i++) {
      double slope = losses.get(i + 2) - losses.get(i - 2);
      if (slope < best) {
        best = slope;
        at = i;
      }
    }
    if (at < 0) {
      throw new TrainingException(
          "rate finder: the loss did not fall at any of "
              + rates.size()
              + " rates; begin lower, or look at the data");
    }
    return rates.get(at);
  }
}
