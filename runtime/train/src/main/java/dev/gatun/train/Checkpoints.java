package dev.gatun.train;

import dev.gatun.core.tensor.GatunException;
import java.io.IOException;
import java.lang.System.Logger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Writes checkpoints to a folder while training and goes on from the latest one that is whole: at
 * the first call of fit, {@link #resume} has been called or there is nothing to go on from.
 *
 * <p>A run that is killed at any time and resumed ends with the weights of one that was not.
 * Metrics of training data of the epoch that was interrupted count its rest only. Add it after the
 * listeners whose state it should keep.
 */
public final class Checkpoints implements Listener {
  private static final Logger LOG = System.getLogger(Checkpoints.class.getName());
  private static final String SUFFIX = ".safetensors";

  private final Path folder;
  private final long everySteps;
  private final int kept;
  private long written;

  private Checkpoints(Path folder, long everySteps, int kept) {
    if (everySteps < 0 || kept < 1) {
      throw new GatunException(
          "checkpoints: steps must be 0 or more and at least one must be kept, got "
              + everySteps
              + " and "
              + kept);
    }
    this.folder = folder;
    this.everySteps = everySteps;
    this.kept = kept;
  }

  /** One after each epoch; the latest two are kept. */
  public static Checkpoints in(Path folder) {
    return new Checkpoints(folder, 0, 2);
  }

  /** One after this many steps, too. */
  public Checkpoints everySteps(long steps) {
    return new Checkpoints(folder, steps, kept);
  }

  /** Keeps the latest so many. */
  public Checkpoints keep(int count) {
    return new Checkpoints(folder, everySteps, count);
  }

  /** The folder is tried before the first step: later it would be too late. */
  @Override
  public void fitStarted(Trainer trainer, Epochs epochs) {
    try {
      Files.createDirectories(folder);
      Files.delete(Files.createTempFile(folder, "probe", ".partial"));
    } catch (IOException e) {
      throw new GatunException("checkpoints: cannot write to " + folder + ": " + e, e);
    }
  }

  @Override
  public void stepEnded(Trainer trainer, StepRecord step) {
    if (everySteps > 0 && step.step() % everySteps == 0) {
      write(trainer);
    }
  }

  @Override
  public void epochEnded(Trainer trainer, EpochRecord epoch) {
    write(trainer);
  }

  /** What was done since the latest one, when time or steps have ended the run. */
  @Override
  public void fitEnded(Trainer trainer, History history) {
    if (trainer.steps() != written) {
      write(trainer);
    }
  }

  private void write(Trainer trainer) {
    String name = String.format(Locale.ROOT, "step-%012d%s", trainer.steps(), SUFFIX);
    CheckpointFile.write(folder.resolve(name), trainer.checkpoint());
    written = trainer.steps();
    List<Path> files = files();
    for (int i = kept; i < files.size(); i++) {
      try {
        Files.deleteIfExists(files.get(i));
      } catch (IOException e) {
        LOG.log(Logger.Level.WARNING, "cannot delete the old checkpoint " + files.get(i), e);
      }
    }
  }

  /** The latest first. */
  private List<Path> files() {
    try (Stream<Path> files = Files.list(folder)) {
      return new ArrayList<>(
          files
              .filter(file -> file.getFileName().toString().endsWith(SUFFIX))
              .sorted(Comparator.comparing(Path::getFileName).reversed())
              .toList());
    } catch (IOException e) {
      throw new GatunException("checkpoints: cannot read " + folder + ": " + e, e);
    }
  }

  /**
   * Goes on from the latest checkpoint that is whole; damaged ones are told to the log and passed
   * over.
   *
   * @return the file; empty if there is none
   * @throws GatunException if a whole one does not belong to this trainer
   */
  public Optional<Path> resume(Trainer trainer) {
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    for (Path file : files()) {
      Checkpoint checkpoint;
      try {
        checkpoint = CheckpointFile.read(file);
      } catch (GatunException e) {
        LOG.log(Logger.Level.WARNING, "passed over: " + e.getMessage());
        continue;
      }
      try {
        trainer.resume(checkpoint);
      } catch (GatunException e) {
        throw new GatunException(
            "checkpoints: " + file + " is not of this network or optimizer: " + e.getMessage(), e);
      }
      return Optional.of(file);
    }
    return Optional.empty();
  }
}
