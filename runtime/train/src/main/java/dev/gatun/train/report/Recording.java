package dev.gatun.train.report;

import dev.gatun.train.EpochRecord;
import dev.gatun.train.Epochs;
import dev.gatun.train.History;
import dev.gatun.train.Listener;
import dev.gatun.train.Remaining;
import dev.gatun.train.StepRecord;
import dev.gatun.train.Trainer;
import dev.gatun.train.inspect.Finding;
import dev.gatun.train.inspect.Inspection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Remembers a run for curves, bounded in memory however long it is. Thread-safe. */
public final class Recording implements Listener {
  private static final double SMOOTHING = 0.05;

  private final String title;
  private final Series loss = new Series();
  private final Series rate = new Series();
  private final Series norm = new Series();
  private final Remaining remaining = new Remaining();
  private final List<EpochRecord> epochs = new ArrayList<>();
  private Optional<Inspection> inspection = Optional.empty();
  private List<Finding> findings = List.of();
  private Optional<StepRecord> latest = Optional.empty();
  private long stepsOfEpoch = -1;
  private long lastStep;
  private double stepSeconds;
  private String ended = "";

  /** A recording of a run that people call so. */
  public Recording(String title) {
    this.title = title;
  }

  /**
   * What is known at a moment.
   *
   * @param steps of all epochs, or -1
   * @param stepsOfEpoch or -1
   * @param share of the run that is done, NaN where not known
   * @param secondsLeft NaN where not known
   * @param samplesPerSecond of late
   * @param ended by what, empty while it runs
   */
  record Snapshot(
      String title,
      Optional<StepRecord> latest,
      long steps,
      long stepsOfEpoch,
      double share,
      double secondsLeft,
      double samplesPerSecond,
      double stepsPerSecond,
      List<Series.Point> loss,
      List<Series.Point> rate,
      List<Series.Point> norm,
      List<EpochRecord> epochs,
      Optional<Inspection> inspection,
      List<Finding> findings,
      String ended) {}

  @Override
  public synchronized void fitStarted(Trainer trainer, Epochs wanted) {
    ended = "";
    remaining.fitStarted(wanted);
    epochs.clear();
    epochs.addAll(trainer.history()); // those before a resumption
    if (loss.points().isEmpty()) {
      for (EpochRecord epoch : epochs) {
        loss.add(epoch.steps(), epoch.get("loss"));
        rate.add(epoch.steps(), epoch.rate());
      }
    }
  }

  @Override
  public synchronized void epochStarted(Trainer trainer, long epoch, long steps) {
    stepsOfEpoch = steps;
    remaining.epochStarted(steps);
    lastStep = System.nanoTime();
  }

  @Override
  public synchronized void stepEnded(Trainer trainer, StepRecord step) {
    remaining.stepEnded(step);
    loss.add(step.step(), step.loss());
    rate.add(step.step(), step.rate());
    norm.add(step.step(), step.gradientNorm());
    long now = System.nanoTime();
    double took = (now - lastStep) * 1e-9;
    // The first step compiles and says nothing about the pace.
    if (latest.isPresent()) {
      stepSeconds = stepSeconds == 0 ? took : stepSeconds + SMOOTHING * (took - stepSeconds);
    }
    lastStep = now;
    latest = Optional.of(step);
  }

  @Override
  public synchronized void epochEnded(Trainer trainer, EpochRecord epoch) {
    epochs.add(epoch);
  }

  @Override
  public synchronized void fitEnded(Trainer trainer, History history) {
    ended = history.endedBy();
  }

  /** Takes what was seen inside the network, and what was wrong so far. */
  public synchronized void inspected(Inspection seen, List<Finding> wrong) {
    inspection = Optional.of(seen);
    findings = List.copyOf(wrong);
  }

  synchronized Snapshot snapshot() {
    double perSecond = stepSeconds > 0 ? 1 / stepSeconds : Double.NaN;
    return new Snapshot(
        title,
        latest,
        remaining.steps(),
        stepsOfEpoch,
        ended.isEmpty() ? remaining.share() : 1,
        ended.isEmpty() ? remaining.seconds() : 0,
        latest.isPresent() ? perSecond * latest.get().samples() : Double.NaN,
        perSecond,
        loss.points(),
        rate.points(),
        norm.points(),
        List.copyOf(epochs),
        inspection,
        findings,
        ended);
  }

  /** The curves as a picture. */
  public String toSvg() {
    return CurveSvg.of(snapshot());
  }
}
