package dev.gatun.bench.train;

import dev.gatun.bench.duel.Contestant;
import dev.gatun.bench.measure.Sample;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Net;
import dev.gatun.train.net.Parameter;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** First weights and batches of a net, the same for both engines and in every run. */
final class TrainContestant {
  private static final long SEED = 1;

  static Contestant of(Task task, Path work) {
    Net net = GatunNets.of(task).initialize(SEED);
    List<Sample> samples = new ArrayList<>();
    for (Parameter p : net.parameters()) {
      String kind = p.buffer() ? Task.BUFFER : p.decays() ? Task.DECAYING : Task.PLAIN;
      samples.add(sample(kind + p.name(), net.weight(p.name())));
    }
    SplittableRandom random = new SplittableRandom(SEED);
    boolean isIds = net.inputs().get(0).dtype().isInteger();
    samples.add(
        sample("x", isIds ? classes(random, task, task.inputs()) : numbers(random, task.inputs())));
    for (int i = 0; i < Task.TARGETS; i++) {
      samples.add(sample("y" + i, classes(random, task, task.targets())));
    }
    try {
      Files.createDirectories(work);
      Path inputs = work.resolve(task.title() + ".training");
      Sample.write(inputs, samples);
      return new Contestant(task.title(), task.title(), inputs);
    } catch (IOException e) {
      throw new GatunException(task.title() + ": " + e, e);
    }
  }

  private static Sample sample(String name, Tensor tensor) {
    return new Sample(
        name,
        tensor.dtype().name(),
        tensor.shape().sizes(),
        tensor.data().toArray(ValueLayout.JAVA_BYTE));
  }

  private static Tensor numbers(SplittableRandom random, long[] shape) {
    float[] values = new float[elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(values, shape);
  }

  private static Tensor classes(SplittableRandom random, Task task, long[] shape) {
    long[] values = new long[elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(task.classes());
    }
    return Tensor.of(values, shape);
  }

  private static int elements(long[] shape) {
    long product = 1;
    for (long size : shape) {
      product *= size;
    }
    return Math.toIntExact(product);
  }

  private TrainContestant() {}
}
