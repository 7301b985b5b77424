package dev.gatun.train;

import dev.gatun.core.tensor.GatunException;
import java.util.function.Consumer;

/**
 * Tells overfitting from underfitting by the losses of training and validation.
 *
 * <p>Overfitting: the validation loss is above the training loss by more than {@code gap} times the
 * loss of the first epoch. Underfitting: the training loss still is more than {@code remaining}
 * times that of the first epoch, and has not fallen by 2 % of it in the last {@code window} epochs.
 */
public final class FitMonitor implements Listener {
  /** What the losses say. */
  public enum Verdict {
    /** Nothing speaks against it. */
    FITS,
    /** Good on training data, poor on others: more data, regularization, a smaller net. */
    OVERFITS,
    /** Poor on training data: a larger net, a higher rate, less regularization. */
    UNDERFITS
  }

  private final double gap;
  private final double remaining;
  private final int window;
  private final Consumer<String> alarm;
  private Verdict verdict = Verdict.FITS;

  /** With bounds of one's own; {@code alarm} is told when the verdict gets bad. */
  public FitMonitor(double gap, double remaining, int window, Consumer<String> alarm) {
    if (!(gap > 0 && remaining > 0) || window < 1) {
      throw new GatunException("fit monitor: bounds must be above 0 and the window 1 or more");
    }
    this.gap = gap;
    this.remaining = remaining;
    this.window = window;
    this.alarm = alarm;
  }

  /** A gap of 0.2, 0.5 remaining, over 5 epochs. */
  public static FitMonitor standard(Consumer<String> alarm) {
    return new FitMonitor(0.2, 0.5, 5, alarm);
  }

  /** The verdict after the latest epoch. */
  public Verdict verdict() {
    return verdict;
  }

  /** What a history says, with the same bounds. */
  public Verdict verdict(History history) {
    double[] train = history.values("loss");
    if (train.length == 0) {
      return Verdict.FITS;
    }
    double first = train[0];
    double last = train[train.length - 1];
    double between = history.last().get("val_loss") - last;
    if (between > gap * first) {
      return Verdict.OVERFITS;
    }
    boolean stands =
        train.length > window && train[train.length - 1 - window] - last < 0.02 * first;
    return stands && last > remaining * first ? Verdict.UNDERFITS : Verdict.FITS;
  }

  @Override
  public void epochEnded(Trainer trainer, EpochRecord epoch) {
    Verdict now = verdict(new History(trainer.history(), ""));
    if (now != verdict && now != Verdict.FITS) {
      alarm.accept(
          "epoch "
              + epoch.epoch()
              + ": the net "
              + (now == Verdict.OVERFITS ? "overfits" : "underfits")
              + ": loss "
              + epoch.get("loss")
              + " on training data, "
              + epoch.get("val_loss")
              + " on validation data");
    }
    verdict = now;
  }
}
