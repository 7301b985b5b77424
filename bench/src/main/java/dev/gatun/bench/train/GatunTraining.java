package dev.gatun.bench.train;

import dev.gatun.bench.duel.Engine;
import dev.gatun.bench.measure.Sample;
import dev.gatun.core.exec.Session;
import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.plan.Backend;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Trainer;
import dev.gatun.train.loss.CrossEntropy;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Gatun's trainer, step by step. */
final class GatunTraining implements Engine {
  private final SessionOptions options;
  private final FirstLosses losses = new FirstLosses();
  private final List<Map<String, Tensor>> batches = new ArrayList<>();
  private @Nullable Trainer trainer;
  private int step;

  GatunTraining(int threads, String backend, boolean quick) {
    options =
        SessionOptions.DEFAULT.threads(threads).backend(Backend.parse(backend)).quickStart(quick);
  }

  @Override
  public void load(String model, List<Sample> inputs) {
    options.backend().prepare();
    Task task = Task.parse(model);
    Map<String, Tensor> weights = new HashMap<>();
    Map<String, Tensor> fields = new HashMap<>();
    for (Sample sample : inputs) {
      int slash = sample.name().indexOf('/');
      if (slash < 0) {
        fields.put(sample.name(), tensor(sample));
      } else {
        weights.put(sample.name().substring(slash + 1), tensor(sample));
      }
    }
    for (int i = 0; i < Task.TARGETS; i++) {
      batches.add(
          Map.of(
              "x", Objects.requireNonNull(fields.get("x")),
              "y", Objects.requireNonNull(fields.get("y" + i))));
    }
    Net net = GatunNets.of(task).withWeights(weights);
    CrossEntropy loss = Losses.softmaxCrossEntropy();
    trainer =
        Trainer.builder(net)
            .loss(task.isSequence() ? loss.lastAxis() : loss)
            .optimizer(Optimizers.adamW(Task.RATE))
            .session(options)
            .build();
  }

  private static Tensor tensor(Sample sample) {
    MemorySegment data = Arena.ofAuto().allocate(Math.max(sample.data().length, 1), 64);
    MemorySegment.copy(sample.data(), 0, data, ValueLayout.JAVA_BYTE, 0, sample.data().length);
    return Tensor.wrap(
        DType.valueOf(sample.type()),
        Shape.of(sample.dims()),
        data.asSlice(0, sample.data().length));
  }

  @Override
  public void run() {
    losses.add(Objects.requireNonNull(trainer).step(batches.get(step++ % batches.size())));
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
    return Engine.version("Gatun", Session.class);
  }

  @Override
  public long flops() {
    return 0;
  }
}
