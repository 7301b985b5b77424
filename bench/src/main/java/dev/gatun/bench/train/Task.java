package dev.gatun.bench.train;

import java.util.Arrays;
import java.util.Locale;

/**
 * The nets whose training is measured, each with its batch. Nothing here is of either engine, for
 * the process of one does not have the other.
 */
enum Task {
  /** 784-512-256-10 with ReLU. */
  MLP(64, 10, 0),
  /** 32 and 64 5x5 filters, each with ReLU and a pool, then 128 and 10 units. */
  LENET(64, 10, 0),
  /** He and others 2015: 18 layers, 1000 classes. */
  RESNET18(32, 1000, 0),
  /** 128 features to 256 units over 64 steps, 1000 classes a step. */
  LSTM(16, 1000, 64),
  /** Six encoder blocks 256 wide over 128 token ids, 1000 classes a token. */
  TRANSFORMER(8, 1000, 128);

  /** Different targets for the same inputs: none can be learnt by heart. */
  static final int TARGETS = 7;

  static final double RATE = 1e-4;
  static final double DECAY = 0.01;
  static final int LAYERS = 6;
  static final long HEADS = 4;

  /** Before the names of parameters that decay, of others, and of buffers. */
  static final String DECAYING = "decaying/";

  static final String PLAIN = "plain/";
  static final String BUFFER = "buffer/";

  private final int batch;
  private final int classes;
  private final int targets;

  /**
   * A net.
   *
   * @param targets of a sample; 0 for a single one without an axis
   */
  Task(int batch, int classes, int targets) {
    this.batch = batch;
    this.classes = classes;
    this.targets = targets;
  }

  static Task parse(String name) {
    return Arrays.stream(values())
        .filter(task -> task.title().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no net '"
                        + name
                        + "'; there are "
                        + Arrays.stream(values()).map(Task::title).toList()));
  }

  String title() {
    return name().toLowerCase(Locale.ROOT);
  }

  int classes() {
    return classes;
  }

  /** Shape of an input without the batch. */
  long[] sample() {
    return switch (this) {
      case MLP -> new long[] {784};
      case LENET -> new long[] {1, 28, 28};
      case RESNET18 -> new long[] {3, 64, 64};
      case LSTM -> new long[] {targets, 128};
      case TRANSFORMER -> new long[] {targets};
    };
  }

  /** Shape of a batch of inputs. */
  long[] inputs() {
    long[] sample = sample();
    long[] shape = new long[sample.length + 1];
    shape[0] = batch;
    System.arraycopy(sample, 0, shape, 1, sample.length);
    return shape;
  }

  /** Shape of a batch of targets. */
  long[] targets() {
    return targets == 0 ? new long[] {batch} : new long[] {batch, targets};
  }

  /** True when every sample has a sequence of targets, its classes on the last axis. */
  boolean isSequence() {
    return targets > 0;
  }
}
