package dev.gatun.bench.train;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import ai.djl.training.optimizer.AdamW;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import dev.gatun.bench.duel.Engine;
import dev.gatun.bench.measure.Sample;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * PyTorch by DJL: its operators and automatic differentiation, its AdamW (one native call a
 * parameter), its cross entropy.
 *
 * <p>What an operator returns belongs to the manager of its first argument: the inputs are lent to
 * that of the step, which frees all values in between.
 */
final class TorchTraining implements Engine {
  private final ai.djl.engine.Engine engine = ai.djl.engine.Engine.getEngine("PyTorch");
  private final NDManager root = NDManager.newBaseManager(Device.cpu(), "PyTorch");
  private final SoftmaxCrossEntropyLoss loss =
      new SoftmaxCrossEntropyLoss("loss", 1, -1, true, true);
  private final Map<String, NDArray> fields = new HashMap<>();
  private final Map<String, NDArray> weights = new HashMap<>();
  private final Map<String, AdamW> rules = new LinkedHashMap<>();
  private final FirstLosses losses = new FirstLosses();
  private @Nullable Task task;
  private int step;

  @Override
  public void load(String model, List<Sample> inputs) {
    task = Task.parse(model);
    AdamW decaying = rule((float) Task.DECAY);
    AdamW plain = rule(0);
    for (Sample sample : inputs) {
      NDArray array =
          root.create(
              TorchNets.asPyTorch(sample),
              new Shape(sample.dims()),
              sample.type().equals("I64") ? DataType.INT64 : DataType.FLOAT32);
      int slash = sample.name().indexOf('/');
      if (slash < 0) {
        fields.put(sample.name(), array);
        continue;
      }
      String name = sample.name().substring(slash + 1);
      weights.put(name, array);
      if (!sample.name().startsWith(Task.BUFFER)) {
        array.setRequiresGradient(true);
        rules.put(name, sample.name().startsWith(Task.DECAYING) ? decaying : plain);
      }
    }
  }

  private static AdamW rule(float decay) {
    return Optimizer.adamW()
        .optLearningRateTracker(Tracker.fixed((float) Task.RATE))
        .optWeightDecays(decay)
        .build();
  }

  @Override
  public void run() {
    NDArray x = field("x");
    NDArray y = field("y" + step++ % Task.TARGETS);
    try (NDManager values = root.newSubManager()) {
      x.tempAttach(values);
      y.tempAttach(values);
      NDArray value;
      try (GradientCollector gradients = engine.newGradientCollector()) {
        NDArray result = new TorchNets(weights).apply(Objects.requireNonNull(task), x);
        // The loss takes one target a row.
        NDArray rows = result.reshape(-1, result.getShape().getLastDimension());
        value = loss.evaluate(new NDList(y.flatten()), new NDList(rows));
        gradients.backward(value);
      }
      rules.forEach(
          (name, rule) -> {
            NDArray weight = Objects.requireNonNull(weights.get(name));
            try (NDArray gradient = weight.getGradient()) {
              rule.update(name, weight, gradient);
            }
          });
      losses.add(value.getFloat());
    }
  }

  private NDArray field(String name) {
    return Objects.requireNonNull(fields.get(name), name);
  }

  @Override
  public List<Sample> outputs() {
    while (!losses.isFull()) {
      run();
    }
    return losses.sample();
  }

  @Override
  public String version() {
    return "PyTorch "
        + engine.getVersion()
        + " through DJL "
        + ai.djl.engine.Engine.getDjlVersion();
  }

  @Override
  public long flops() {
    return 0;
  }
}
