package dev.gatun.train;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.inspect.Bounds;
import dev.gatun.train.inspect.Finding;
import dev.gatun.train.inspect.Inspection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Looks into the network every so many steps: gradients and activations by layer, how far weights
 * move, and what of it looks wrong. The step itself stays as it is; the first inspection compiles a
 * graph, each costs about a step.
 */
public final class Diagnostics implements Listener {
  private final long every;
  private final Bounds bounds;
  private final Consumer<Inspection> seen;
  private final List<Finding> findings = new ArrayList<>();
  private Map<String, Tensor> before = Map.of();
  private Optional<Inspection> latest = Optional.empty();

  private Diagnostics(long every, Bounds bounds, Consumer<Inspection> seen) {
    if (every < 1) {
      throw new GatunException("diagnostics: every 1 step or more, got " + every);
    }
    this.every = every;
    this.bounds = bounds;
    this.seen = seen;
  }

  /** Looks after the first step and then every so many. */
  public static Diagnostics every(long steps) {
    return new Diagnostics(steps, Bounds.USUAL, inspection -> {});
  }

  /** With other bounds of what counts as wrong. */
  public Diagnostics bounds(Bounds other) {
    return new Diagnostics(every, other, seen);
  }

  /** Gives each inspection to someone. */
  public Diagnostics tell(Consumer<Inspection> whom) {
    return new Diagnostics(every, bounds, seen.andThen(whom));
  }

  /** What was seen last. */
  public Optional<Inspection> latest() {
    return latest;
  }

  /** Everything that looked wrong so far, once for each place and cause. */
  public List<Finding> findings() {
    return List.copyOf(findings);
  }

  @Override
  public void fitStarted(Trainer trainer, Epochs epochs) {
    before = trainer.weights();
  }

  @Override
  public void stepEnded(Trainer trainer, StepRecord step) {
    boolean due = step.step() == 1 || step.step() % every == 0;
    if (due) {
      Inspection inspection = trainer.inspect();
      inspection =
          before.isEmpty() ? inspection : inspection.withUpdates(before, trainer.weights());
      latest = Optional.of(inspection);
      for (Finding finding : bounds.findings(inspection)) {
        boolean known =
            findings.stream()
                .anyMatch(f -> f.cause() == finding.cause() && f.where().equals(finding.where()));
        if (!known) {
          findings.add(finding);
        }
      }
      seen.accept(inspection);
    }
    before = (step.step() + 1) % every == 0 ? trainer.weights() : Map.of();
  }
}
