package dev.gatun.train;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Stops when a value has not got better for some epochs, and goes back to the weights of the best
 * one when the run ends.
 *
 * <p>By default it looks at {@code val_loss}, or at {@code loss} without validation data. A trainer
 * needs one of its own.
 */
public final class EarlyStopping implements Listener {
  private final int patience;
  private final String value;
  private final boolean larger;
  private final double leastChange;
  private double best = Double.NaN;
  private long bestEpoch;
  private int bad;
  private Map<String, Tensor> bestState = Map.of();

  private EarlyStopping(int patience, String value, boolean larger, double leastChange) {
    if (patience < 1 || !(leastChange >= 0)) {
      throw new GatunException(
          "early stopping: patience must be 1 or more and the least change 0 or more, got "
              + patience
              + " and "
              + leastChange);
    }
    this.patience = patience;
    this.value = value;
    this.larger = larger;
    this.leastChange = leastChange;
  }

  /** Stops after this many epochs in a row that are not better than the best one. */
  public static EarlyStopping patience(int epochs) {
    return new EarlyStopping(epochs, "", false, 0);
  }

  /** Looks at a value of which less is better. */
  public EarlyStopping least(String name) {
    return new EarlyStopping(patience, name, false, leastChange);
  }

  /** Looks at a value of which more is better, such as {@code val_accuracy}. */
  public EarlyStopping most(String name) {
    return new EarlyStopping(patience, name, true, leastChange);
  }

  /** Only what is better by more than this counts. */
  public EarlyStopping leastChange(double change) {
    return new EarlyStopping(patience, value, larger, change);
  }

  /** The best epoch so far, from 1; 0 before the first. */
  public long bestEpoch() {
    return bestEpoch;
  }

  @Override
  public void epochEnded(Trainer trainer, EpochRecord epoch) {
    String name =
        !value.isEmpty() ? value : epoch.values().containsKey("val_loss") ? "val_loss" : "loss";
    if (!epoch.values().containsKey(name)) {
      throw new TrainingException(
          "early stopping: there is no value '" + name + "', only " + epoch.values().keySet());
    }
    double now = epoch.get(name);
    boolean better =
        Double.isNaN(best) || (larger ? now > best + leastChange : now < best - leastChange);
    if (better && !Double.isNaN(now)) {
      best = now;
      bestEpoch = epoch.epoch();
      bad = 0;
      bestState = trainer.state();
    } else if (++bad >= patience) {
      trainer.stop(
          name
              + " has not got better than "
              + best
              + " of epoch "
              + bestEpoch
              + " for "
              + bad
              + " epochs");
    }
  }

  @Override
  public void fitEnded(Trainer trainer, History history) {
    if (!bestState.isEmpty() && bestEpoch != trainer.epoch()) {
      trainer.restore(bestState);
    }
  }

  @Override
  public Map<String, Tensor> save() {
    Map<String, Tensor> saved = new LinkedHashMap<>();
    saved.put("best", Tensor.of(new double[] {best, bestEpoch, bad}, 3));
    bestState.forEach((name, tensor) -> saved.put("state/" + name, tensor));
    return saved;
  }

  @Override
  public void restore(Map<String, Tensor> saved) {
    Tensor numbers = saved.get("best");
    if (numbers == null) {
      throw new TrainingException("early stopping: the checkpoint has nothing of it");
    }
    best = numbers.getDouble(0);
    bestEpoch = numbers.getLong(1);
    bad = (int) numbers.getLong(2);
    Map<String, Tensor> state = new LinkedHashMap<>();
    saved.forEach(
        (name, tensor) -> {
          if (name.startsWith("state/")) {
            state.put(name.substring("state/".length()), tensor);
          }
        });
    bestState = state;
  }
}
