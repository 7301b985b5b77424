package dev.gatun.train;

import java.io.Console;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Prints how training goes: a line an epoch and, on a terminal, one for the epoch under way with
 * loss, samples a second and the time that is left.
 */
public final class Progress implements Listener {
  private static final long REDRAW_NANOS = 100_000_000;

  private final PrintStream out;
  private final boolean live;
  private final Remaining remaining = new Remaining();
  private long epochs;
  private long steps;
  private long begin;
  private long drawn;
  private long samples;
  private double losses;

  private Progress(PrintStream out, boolean live) {
    this.out = out;
    this.live = live;
  }

  /** On standard output; lines are redrawn if that is a terminal. */
  public static Progress console() {
    return new Progress(
        System.out, Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false));
  }

  /** On any stream. */
  public static Progress to(PrintStream out, boolean live) {
    return new Progress(out, live);
  }

  @Override
  public void fitStarted(Trainer trainer, Epochs wanted) {
    epochs = wanted.count();
    remaining.fitStarted(wanted);
  }

  @Override
  public void epochStarted(Trainer trainer, long epoch, long stepsOfEpoch) {
    steps = stepsOfEpoch;
    remaining.epochStarted(stepsOfEpoch);
    begin = System.nanoTime();
    drawn = 0;
    samples = 0;
    losses = 0;
  }

  @Override
  public void stepEnded(Trainer trainer, StepRecord step) {
    remaining.stepEnded(step);
    samples += step.samples();
    losses += step.loss() * step.samples();
    long now = System.nanoTime();
    if (live && (now - drawn > REDRAW_NANOS || step.batch() + 1 == steps)) {
      drawn = now;
      out.print('\r' + line(step, (now - begin) * 1e-9) + "\u001b[K");
      out.flush();
    }
  }

  private String line(StepRecord step, double seconds) {
    long done = step.batch() + 1;
    double left = remaining.seconds();
    return String.format(
        Locale.ROOT,
        "epoch %s %s %s loss %.4f, %.0f samples/s%s",
        number(step.epoch()),
        steps < 0 ? "" : bar(done, steps),
        steps < 0 ? String.valueOf(done) : done + "/" + steps,
        losses / samples,
        samples / Math.max(seconds, 1e-9),
        Double.isNaN(left) ? "" : ", " + time(left) + " left");
  }

  /** Of how many, where that is a number that will be reached. */
  private String number(long epoch) {
    return remaining.hasEpochs() ? epoch + "/" + epochs : Long.toString(epoch);
  }

  private static String bar(long done, long all) {
    int width = 20;
    int filled = (int) (width * done / Math.max(all, 1));
    return "[" + "=".repeat(filled) + " ".repeat(width - filled) + "]";
  }

  private static String time(double seconds) {
    long whole = (long) Math.ceil(seconds);
    return whole < 60
        ? whole + " s"
        : whole < 3600
            ? String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60)
            : String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
  }

  @Override
  public void epochEnded(Trainer trainer, EpochRecord epoch) {
    StringBuilder text = new StringBuilder(live ? "\r" : "");
    text.append(
        String.format(
            Locale.ROOT,
            "epoch %s %.1f s, %.0f samples/s, rate %.3g",
            number(epoch.epoch()),
            epoch.seconds(),
            samples / Math.max((System.nanoTime() - begin) * 1e-9, 1e-9),
            epoch.rate()));
    for (Map.Entry<String, Double> value : epoch.values().entrySet()) {
      text.append(String.format(Locale.ROOT, ", %s %.4f", value.getKey(), value.getValue()));
    }
    out.println(text.append(live ? "\u001b[K" : ""));
  }

  @Override
  public void fitEnded(Trainer trainer, History history) {
    out.println("ended by " + history.endedBy());
  }
}
