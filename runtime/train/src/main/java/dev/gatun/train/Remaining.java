package dev.gatun.train;

/** How much of a run is done and how long the rest will take, going by its pace so far. */
public final class Remaining {
  private static final long NOBODY_COUNTS_TO = 1_000_000_000;

  private Epochs wanted = Epochs.of(0);
  private long begin = System.nanoTime();
  private long stepsOfEpoch = -1;
  private long first = -1;
  private long done;

  /** Before the first epoch. */
  public void fitStarted(Epochs epochs) {
    wanted = epochs;
    begin = System.nanoTime();
    first = -1;
  }

  /** Before an epoch of this many steps, or -1. */
  public void epochStarted(long steps) {
    stepsOfEpoch = steps;
  }

  /** After a step. */
  public void stepEnded(StepRecord step) {
    if (first < 0) {
      first = step.step();
      begin = System.nanoTime(); // the first one compiles
    }
    done = step.step();
  }

  /** Whether the number of epochs is one that the run will reach. */
  public boolean hasEpochs() {
    return wanted.count() < Integer.MAX_VALUE;
  }

  /** Steps in all; -1 where that is not known. */
  public long steps() {
    long byEpochs =
        hasEpochs() && stepsOfEpoch > 0 ? wanted.count() * stepsOfEpoch : Long.MAX_VALUE;
    long steps = Math.min(byEpochs, wanted.steps());
    return steps < NOBODY_COUNTS_TO ? steps : -1;
  }

  /** Seconds that are left; NaN where that is not known. */
  public double seconds() {
    double elapsed = (System.nanoTime() - begin) * 1e-9;
    double least = Double.NaN;
    if (wanted.time().toDays() < 10_000) {
      least = Math.max(0, wanted.time().toMillis() / 1e3 - elapsed);
    }
    if (steps() >= 0 && done > first) {
      double rest = elapsed * Math.max(0, steps() - done) / (done - first);
      least = Double.isNaN(least) ? rest : Math.min(least, rest);
    }
    return least;
  }

  /** Share of the run that is done, from 0 to 1; NaN where that is not known. */
  public double share() {
    double bySteps = steps() > 0 ? done / (double) steps() : Double.NaN;
    if (wanted.time().toDays() < 10_000) {
      double byTime = (System.nanoTime() - begin) * 1e-6 / Math.max(1, wanted.time().toMillis());
      return Math.min(1, Double.isNaN(bySteps) ? byTime : Math.max(byTime, bySteps));
    }
    return Math.min(1, bySteps);
  }
}
