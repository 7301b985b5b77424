package dev.gatun.train;

import dev.gatun.core.exec.Explanation;
import dev.gatun.core.exec.Outputs;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.Batch;
import dev.gatun.train.data.BatchCursor;
import dev.gatun.train.data.Batches;
import dev.gatun.train.inspect.Inspection;
import dev.gatun.train.inspect.Inspector;
import dev.gatun.train.metric.Metric;
import dev.gatun.train.net.Input;
import dev.gatun.train.net.Net;
import dev.gatun.train.schedule.Plateau;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Trains a network: {@link #fit}, {@link #evaluate}, {@link #predict}.
 *
 * <p>A batch has a field for each input of the net ({@code x}) and each target of the loss ({@code
 * y}), and may have one with sample weights ({@code weight}). A step is one compiled graph. The
 * same seed and data give the same weights bit for bit, also on another number of threads. Not
 * thread-safe.
 */
public final class Trainer implements AutoCloseable {
  private final TrainerOptions options;
  private final Recipe recipe;
  private final Position progress = new Position();
  private final Engine engine;
  private Map<String, Tensor> latest = Map.of();
  private String stopReason = "";
  private boolean closed;

  /** Where the training is. */
  private static final class Position {
    long epoch; // epochs that have ended
    long batch; // batches of the epoch under way that are done
    long step; // batches of all epochs
    double lossSum;
    double lossWeight;
    double seconds;
    final List<EpochRecord> history = new ArrayList<>();
    Plateau.@Nullable State plateau;
  }

  Trainer(TrainerOptions options) {
    this.options = options;
    recipe = options.recipe();
    engine = new Engine(recipe, options.seed(), options.session());
  }

  /** Begins a trainer of a network. */
  public static TrainerBuilder builder(Net net) {
    return new TrainerBuilder(net);
  }

  private Engine engine() {
    if (closed) {
      throw new GatunException("the trainer is closed");
    }
    return engine;
  }

  /** Trains without validation. */
  public History fit(Batches train, Epochs epochs) {
    return fit(train, Optional.empty(), epochs);
  }

  /** Trains, and evaluates after each epoch. */
  public History fit(Batches train, Batches validation, Epochs epochs) {
    return fit(train, Optional.of(validation), epochs);
  }

  private History fit(Batches train, Optional<Batches> validation, Epochs epochs) {
    long begin = System.nanoTime();
    stopReason = "";
    options.listeners().forEach(listener -> listener.fitStarted(this, epochs));
    while (stopReason.isEmpty() && progress.epoch < epochs.count()) {
      epoch(train, validation, epochs, begin);
    }
    String reason = stopReason.isEmpty() ? epochs.count() + " epochs" : stopReason;
    History history = new History(progress.history, reason);
    options.listeners().forEach(listener -> listener.fitEnded(this, history));
    return history;
  }

  private void epoch(Batches train, Optional<Batches> validation, Epochs epochs, long fitBegin) {
    long begin = System.nanoTime();
    double secondsBefore = progress.seconds;
    long number = progress.epoch + 1;
    long steps = train.size().orElse(-1);
    options.listeners().forEach(listener -> listener.epochStarted(this, number, steps));
    List<Metric> metrics = options.metrics().stream().map(Metric::fresh).toList();
    long first = progress.batch;
    try (BatchCursor batches = train.open(progress.epoch, progress.batch)) {
      while (batches.hasNext()) {
        // Before the batch, so that what is asked for after a step ends the run in its place.
        if (!stopReason.isEmpty() || isOver(epochs, fitBegin)) {
          progress.seconds = secondsBefore + seconds(begin);
          return;
        }
        try (Batch batch = batches.next()) {
          StepRecord record = step(batch, metrics);
          progress.seconds = secondsBefore + seconds(begin);
          options.listeners().forEach(listener -> listener.stepEnded(this, record));
        } finally {
          latest = Map.of(); // its memory is used again
        }
      }
    }
    if (progress.batch == first && first == 0) {
      throw new TrainingException("epoch " + number + ": there are no batches");
    }
    endEpoch(validation, epochs, metrics, secondsBefore, begin);
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) * 1e-9;
  }

  private boolean isOver(Epochs epochs, long begin) {
    if (progress.step >= epochs.steps()) {
      stopReason = epochs.steps() + " steps";
    } else if (System.nanoTime() - begin >= epochs.time().toNanos()) {
      stopReason = epochs.time() + " are over";
    }
    return !stopReason.isEmpty();
  }

  private void endEpoch(
      Optional<Batches> validation,
      Epochs epochs,
      List<Metric> metrics,
      double secondsBefore,
      long begin) {
    Map<String, Double> values = new LinkedHashMap<>();
    double loss = progress.lossSum / progress.lossWeight;
    values.put("loss", loss);
    metrics.forEach(metric -> values.put(metric.name(), metric.result()));
    validation.ifPresent(
        batches -> evaluate(batches).forEach((name, value) -> values.put("val_" + name, value)));
    double rate = rate();
    double before =
        progress.history.isEmpty()
            ? Double.NaN
            : progress.history.get(progress.history.size() - 1).get("loss");
    EpochRecord record =
        new EpochRecord(
            progress.epoch + 1, progress.step, rate, secondsBefore + seconds(begin), values);
    progress.history.add(record);
    progress.epoch++;
    progress.batch = 0;
    progress.lossSum = 0;
    progress.lossWeight = 0;
    progress.seconds = 0;
    observePlateau(record);
    if (epochs.tolerance() > 0 && Math.abs(before - loss) < epochs.tolerance()) {
      stop("the loss changed by less than " + epochs.tolerance());
    }
    options.listeners().forEach(listener -> listener.epochEnded(this, record));
  }

  private void observePlateau(EpochRecord record) {
    options
        .plateau()
        .ifPresent(
            plateau -> {
              Plateau.State state = progress.plateau == null ? plateau.start() : progress.plateau;
              String name = options.plateauOf();
              if (!record.values().containsKey(name)) {
                throw new TrainingException(
                    "plateau: there is no value '" + name + "', only " + record.values().keySet());
              }
              progress.plateau = plateau.observe(state, record.get(name));
            });
  }

  /** The learning rate of the next step. */
  public double rate() {
    double base = recipe.optimizer().rate();
    double rate = options.schedule().rate(progress.step / recipe.accumulation(), base);
    rate = options.epochSchedule().rate(progress.epoch, rate);
    Plateau.State state = progress.plateau;
    return state == null ? rate : options.plateau().orElseThrow().rate(state, rate);
  }

  private StepRecord step(Batch batch, List<Metric> metrics) {
    Map<String, Tensor> fields = batch.asMap();
    return step(fields, batch.rows(), batch.size(), metrics, rate());
  }

  /**
   * Does one step with one batch, for loops of one's own; neither epochs nor listeners take part.
   *
   * @param fields inputs of the net, targets of the loss, maybe {@code weight}
   * @return the loss before the step
   */
  public double step(Map<String, Tensor> fields) {
    return step(fields, rate());
  }

  /** As above with a learning rate instead of that in force. */
  public double step(Map<String, Tensor> fields, double rate) {
    if (fields.isEmpty()) {
      throw new TrainingException("a batch needs fields");
    }
    int rows = Math.toIntExact(fields.values().iterator().next().shape().size(0));
    return step(fields, rows, rows, List.of(), rate).loss();
  }

  private StepRecord step(
      Map<String, Tensor> fields, int rows, int size, List<Metric> metrics, double rate) {
    String where = "epoch " + (progress.epoch + 1) + ", batch " + (progress.batch + 1) + ": ";
    try {
      Engine current = engine();
      Map<String, Tensor> inputs = current.inputs(fields, rows, size);
      latest = inputs;
      boolean apply = (progress.step + 1) % recipe.accumulation() == 0;
      if (!current.step(inputs, rate, apply) && !current.isLeftOut()) {
        throw new TrainingException(
            where
                + "the loss is "
                + current.number(StepGraph.LOSS)
                + ", the gradients' norm "
                + current.number(StepGraph.NORM)
                + ": "
                + current.diagnose(inputs, rate)
                + ". Parameters are what they were before this step");
      }
      double loss = current.number(StepGraph.LOSS);
      progress.batch++;
      progress.step++;
      progress.lossSum += loss * rows;
      progress.lossWeight += rows;
      if (!metrics.isEmpty()) {
        update(metrics, current.result(recipe.net().outputNames().get(0)), inputs);
      }
      return new StepRecord(
          progress.epoch + 1,
          progress.batch - 1,
          progress.step,
          rows,
          loss,
          rate,
          current.number(StepGraph.NORM));
    } catch (TrainingException e) {
      throw e;
    } catch (GatunException e) {
      throw new TrainingException(where + e.getMessage(), e);
    }
  }

  private void update(List<Metric> metrics, Tensor prediction, Map<String, Tensor> inputs) {
    List<Input> known = engine().fields();
    String target = known.get(recipe.net().inputs().size()).name();
    Tensor wanted = inputs.get(target);
    if (wanted == null) {
      throw new TrainingException("metrics need the target '" + target + "'");
    }
    for (Metric metric : metrics) {
      metric.update(prediction, wanted, inputs.get(StepGraph.WEIGHT));
    }
  }

  /**
   * Loss and metrics over data at inference, without training; averages of weights are used where
   * they are kept.
   */
  public Map<String, Double> evaluate(Batches data) {
    List<Metric> metrics = options.metrics().stream().map(Metric::fresh).toList();
    double sum = 0;
    double count = 0;
    Map<String, Tensor> weights = Map.of();
    try (BatchCursor batches = data.open(0)) {
      while (batches.hasNext()) {
        try (Batch batch = batches.next()) {
          Engine current = engine();
          weights = count == 0 ? current.weights(true) : weights;
          Map<String, Tensor> inputs = current.inputs(batch.asMap(), batch.rows(), batch.size());
          try (Outputs outputs = current.evaluate(inputs, weights)) {
            sum += outputs.get(StepGraph.LOSS).getDouble(0) * batch.rows();
            count += batch.rows();
            update(metrics, outputs.get(recipe.net().outputNames().get(0)), inputs);
          }
        }
      }
    }
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("loss", sum / count);
    metrics.forEach(metric -> values.put(metric.name(), metric.result()));
    return values;
  }

  /** The outputs of the net at inference, by name. */
  public Outputs predict(Map<String, Tensor> inputs) {
    Engine current = engine();
    return current.predict(inputs, current.weights(true));
  }

  /** The output of a net of one input and one output. */
  public Tensor predict(Tensor x) {
    return predict(Map.of(recipe.net().inputs().get(0).name(), x))
        .get(recipe.net().outputNames().get(0));
  }

  /** The network with the weights as they are now (their averages where these are kept). */
  public Net net() {
    return recipe.net().withWeights(engine().weights(true));
  }

  /** Ends {@link #fit} after what is under way; the reason is in the history. */
  public void stop(String reason) {
    stopReason = reason;
  }

  /** The records of the epochs so far. */
  public List<EpochRecord> history() {
    return List.copyOf(progress.history);
  }

  /** Epochs that have ended. */
  public long epoch() {
    return progress.epoch;
  }

  /** Batches of all epochs that are done. */
  public long steps() {
    return progress.step;
  }

  /** Everything that training changes, by name: a copy to go back to. */
  public Map<String, Tensor> state() {
    return engine().state();
  }

  /** Goes back to a {@link #state}, or to a part of one. */
  public void restore(Map<String, Tensor> state) {
    engine().setState(state);
  }

  /**
   * What goes on inside the network with the weights as they are and the batch of the latest step:
   * for listeners after a step. It costs about a step and changes nothing.
   */
  public Inspection inspect() {
    if (latest.isEmpty()) {
      throw new TrainingException("inspection: there is no batch; ask after a step, or give one");
    }
    return inspect(latest);
  }

  /** The same with fields of a batch. */
  public Inspection inspect(Map<String, Tensor> fields) {
    if (fields.isEmpty()) {
      throw new TrainingException("a batch needs fields");
    }
    int rows = Math.toIntExact(fields.values().iterator().next().shape().size(0));
    return engine().inspect().add(engine().inputs(fields, rows, rows)).result(progress.step);
  }

  /** The same over all samples of a set. */
  public Inspection inspect(Batches data) {
    Engine current = engine();
    Inspector.Gathering gathering = current.inspect();
    try (BatchCursor batches = data.open(0)) {
      while (batches.hasNext()) {
        try (Batch batch = batches.next()) {
          gathering.add(current.inputs(batch.asMap(), batch.rows(), batch.size()));
        }
      }
    }
    return gathering.result(progress.step);
  }

  /** Values of parameters and buffers that are trained; a copy. */
  Map<String, Tensor> weights() {
    return engine().weights(false);
  }

  /** The length of each parameter's gradient in the latest step, if gradient norms are on. */
  public Map<String, Double> gradientNorms() {
    Map<String, Double> norms = new LinkedHashMap<>();
    Engine current = engine();
    for (var p : recipe.net().parameters()) {
      if (recipe.gradientNorms() && !p.buffer() && !p.frozen()) {
        norms.put(p.name(), current.number(StepGraph.NORM + "/" + p.name()));
      }
    }
    return norms;
  }

  /** Memory and time of the latest kind of step; compiles it once more to count. */
  public Resources resources() {
    return engine().resources();
  }

  /** What the latest kind of step runs, kernel by kernel, and what it computes again. */
  public Explanation explain() {
    return engine().explain();
  }

  TrainerOptions options() {
    return options;
  }

  /** Where the training is, for a checkpoint. */
  Checkpoint checkpoint() {
    Map<String, Tensor> listeners = new LinkedHashMap<>();
    for (int i = 0; i < options.listeners().size(); i++) {
      for (Map.Entry<String, Tensor> entry : options.listeners().get(i).save().entrySet()) {
        listeners.put(i + "/" + entry.getKey(), entry.getValue());
      }
    }
    return new Checkpoint(
        progress.epoch,
        progress.batch,
        progress.step,
        progress.lossSum,
        progress.lossWeight,
        progress.seconds,
        progress.history,
        Optional.ofNullable(progress.plateau),
        state(),
        listeners);
  }

  /** Goes on from a checkpoint. */
  void resume(Checkpoint checkpoint) {
    progress.epoch = checkpoint.epoch();
    progress.batch = checkpoint.batch();
    progress.step = checkpoint.step();
    progress.lossSum = checkpoint.lossSum();
    progress.lossWeight = checkpoint.lossWeight();
    progress.seconds = checkpoint.seconds();
    progress.history.clear();
    progress.history.addAll(checkpoint.history());
    progress.plateau = checkpoint.plateau().orElse(null);
    restore(checkpoint.state());
    for (int i = 0; i < options.listeners().size(); i++) {
      Map<String, Tensor> own = new LinkedHashMap<>();
      String prefix = i + "/";
      checkpoint
          .listeners()
          .forEach(
              (name, value) -> {
                if (name.startsWith(prefix)) {
                  own.put(name.substring(prefix.length()), value);
                }
              });
      options.listeners().get(i).restore(own);
    }
  }

  /** Frees everything; read {@link #net} before. */
  @Override
  public void close() {
    closed = true;
    engine.close();
  }
}
