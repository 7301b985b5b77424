package dev.gatun.train;

import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.loss.Objective;
import dev.gatun.train.metric.Metric;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Clipping;
import dev.gatun.train.optim.Optimizer;
import dev.gatun.train.optim.Optimizers;
import dev.gatun.train.schedule.Plateau;
import dev.gatun.train.schedule.Schedule;
import dev.gatun.train.schedule.Schedules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Options of a {@link Trainer}; those that are not given have the value named at the method. */
public final class TrainerBuilder {
  private final Net net;
  private Objective loss = Losses.ofHead();
  private Optimizer optimizer = Optimizers.adamW(1e-3);
  private Clipping clipping = Clipping.none();
  private final List<ParameterGroup> groups = new ArrayList<>();
  private final List<Metric> metrics = new ArrayList<>();
  private final List<Listener> listeners = new ArrayList<>();
  private Schedule schedule = Schedules.constant();
  private Schedule epochSchedule = Schedules.constant();
  private Optional<Plateau> plateau = Optional.empty();
  private String plateauOf = "loss";
  private int accumulation = 1;
  private Optional<Averaging> averaging = Optional.empty();
  private Map<String, Tensor> masks = Map.of();
  private boolean gradientNorms;
  private Optional<MixedPrecision> precision = Optional.empty();
  private OptionalLong memoryBudget = OptionalLong.empty();
  private long seed;
  private SessionOptions session = SessionOptions.DEFAULT;

  TrainerBuilder(Net net) {
    this.net = net;
  }

  /** What is minimized; by default what {@link Losses#ofHead} says. */
  public TrainerBuilder loss(Objective objective) {
    loss = objective;
    return this;
  }

  /** The rule of the steps; AdamW with rate 1e-3 by default. */
  public TrainerBuilder optimizer(Optimizer rule) {
    optimizer = rule;
    return this;
  }

  /** Bounds of the gradients; none by default. */
  public TrainerBuilder clip(Clipping bounds) {
    clipping = bounds;
    return this;
  }

  /** Parameters that are trained otherwise; of several that hold one the last counts. */
  public TrainerBuilder group(ParameterGroup group) {
    groups.add(group);
    return this;
  }

  /** Measures of the first output and the first target, over training and validation data. */
  public TrainerBuilder metrics(Metric... more) {
    metrics.addAll(List.of(more));
    return this;
  }

  /** Is told what happens; in the order in which they are added. */
  public TrainerBuilder listener(Listener listener) {
    listeners.add(listener);
    return this;
  }

  /** The learning rate by step; constant by default. */
  public TrainerBuilder schedule(Schedule bySteps) {
    schedule = bySteps;
    return this;
  }

  /** The learning rate by epoch, applied to that by step; constant by default. */
  public TrainerBuilder epochSchedule(Schedule byEpochs) {
    epochSchedule = byEpochs;
    return this;
  }

  /** Lowers the rate when a value ({@code loss}, {@code val_loss}, ...) no longer gets better. */
  public TrainerBuilder plateau(Plateau rule, String value) {
    plateau = Optional.of(rule);
    plateauOf = value;
    return this;
  }

  /** Steps once for this many batches, by the mean of their gradients; 1 by default. */
  public TrainerBuilder accumulate(int batches) {
    if (batches < 1) {
      throw new GatunException("accumulate: there must be 1 batch or more, got " + batches);
    }
    accumulation = batches;
    return this;
  }

  /**
   * Keeps a moving average of the weights, average = decay * average + (1 - decay) * weights after
   * each step, which evaluation, prediction and {@link Trainer#net} use; 0, none, by default.
   */
  public TrainerBuilder average(double decay) {
    averaging = decay == 0 ? Optional.empty() : Optional.of(new Averaging(decay, 0, 1));
    return this;
  }

  /**
   * Keeps the mean of the weights after steps {@code from + every}, {@code from + 2 every}, ...
   * (stochastic weight averaging, Izmailov and others 2018), which evaluation, prediction and
   * {@link Trainer#net} use from the first of them on. Schedules decide the rate meanwhile.
   */
  public TrainerBuilder averageFrom(long from, long every) {
    averaging = Optional.of(new Averaging(0, from, every));
    return this;
  }

  /** Weights that stay at 0, as {@link Pruning} finds them: 0 and 1 by parameter. */
  public TrainerBuilder masks(Map<String, Tensor> zeroes) {
    zeroes.forEach((name, mask) -> Pruning.requireFits(name, net.weight(name), mask));
    masks = Map.copyOf(zeroes);
    return this;
  }

  /** Whether the length of each parameter's gradient is computed; no by default. */
  public TrainerBuilder gradientNorms(boolean wanted) {
    gradientNorms = wanted;
    return this;
  }

  /** 16-bit numbers in products while training; float32 by default. */
  public TrainerBuilder precision(MixedPrecision mixed) {
    precision = Optional.of(mixed);
    return this;
  }

  /** Decides what dropout and other random layers draw; 0 by default. */
  public TrainerBuilder seed(long value) {
    seed = value;
    return this;
  }

  /**
   * Most bytes that the values of a step may take at a time (activations that wait for the backward
   * pass, gradients; {@link Resources#arenaBytes}), parameters and optimizer slots not counted.
   * Where they would take more, some are computed again in the backward pass: steps get slower, and
   * stay the same bit for bit. A budget that cannot be met is an error of the first step, which
   * says what could be reached. None by default.
   */
  public TrainerBuilder memoryBudget(long bytes) {
    if (bytes <= 0) {
      throw new GatunException("memoryBudget: there must be 1 byte or more, got " + bytes);
    }
    memoryBudget = OptionalLong.of(bytes);
    return this;
  }

  /** How steps are compiled and run. */
  public TrainerBuilder session(SessionOptions options) {
    session = options;
    return this;
  }

  /**
   * The trainer.
   *
   * @throws GatunException if the loss does not fit the net's outputs, a group holds no parameter,
   *     or an operator has no gradient
   */
  public Trainer build() {
    for (ParameterGroup group : groups) {
      if (net.parameters().stream().noneMatch(p -> group.holds(p.name()))) {
        throw new GatunException(
            "parameter group '"
                + group.prefix()
                + "' holds no parameter; there are "
                + net.weights().keySet());
      }
    }
    Recipe recipe =
        new Recipe(
            Pruning.apply(net, masks),
            loss,
            optimizer,
            clipping,
            List.copyOf(groups),
            accumulation,
            averaging,
            masks,
            gradientNorms,
            precision);
    return new Trainer(
        new TrainerOptions(
            recipe,
            metrics,
            listeners,
            schedule,
            epochSchedule,
            plateau,
            plateauOf,
            seed,
            memoryBudget.isPresent() ? session.memoryBudget(memoryBudget.getAsLong()) : session));
  }
}
