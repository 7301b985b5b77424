package dev.gatun.train.net;

import dev.gatun.core.op.Conv;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Cross-correlation over [N, C, S...] (kernels are not flipped, as everywhere in deep learning):
 * {@code weight} [filters, C / groups, kernel...], {@code bias} [filters].
 *
 * <p>Options return a changed copy: {@code Layers.conv2d(64, 3).stride(2).same()}.
 */
public final class Convolution implements Layer {
  private final long filters;
  private final Windows window;
  private final long groups;
  private final boolean bias;
  private final Initializer weights;
  private final @Nullable Initializer biases;

  private Convolution(
      long filters,
      Windows window,
      long groups,
      boolean bias,
      Initializer weights,
      @Nullable Initializer biases) {
    this.filters = filters;
    this.window = window;
    this.groups = groups;
    this.bias = bias;
    this.weights = weights;
    this.biases = biases;
    if (filters < 1 || groups < 1 || filters % groups != 0) {
      throw new GatunException(
          "convolution: " + filters + " filters cannot be split into " + groups + " groups");
    }
  }

  static Convolution of(int axes, long filters, long kernel) {
    return new Convolution(
        filters, Windows.of(axes, kernel, 1), 1, true, Initializers.fanIn(), null);
  }

  private Convolution window(Windows other) {
    return new Convolution(filters, other, groups, bias, weights, biases);
  }

  /** Kernel sizes: one for all axes or one an axis. */
  public Convolution kernel(long... sizes) {
    return window(window.kernel(sizes));
  }

  /** Strides: one for all axes or one an axis. */
  public Convolution stride(long... strides) {
    return window(window.strides(strides));
  }

  /** Zeros before and after: one number for all axes or one an axis. */
  public Convolution pad(long... pads) {
    return window(window.pads(pads));
  }

  /** Zeros so that the size stays with stride 1; an odd one goes behind. */
  public Convolution same() {
    return window(window.fill(Windows.Fill.SAME));
  }

  /**
   * Zeros before only, so that the size stays with stride 1 and no position sees what comes behind
   * it.
   */
  public Convolution causal() {
    return window(window.fill(Windows.Fill.BEFORE));
  }

  /** Distances of the kernel's elements: one for all axes or one an axis. */
  public Convolution dilation(long... dilations) {
    return window(window.dilations(dilations));
  }

  /** Groups of channels that see only themselves; as many as channels for a depthwise one. */
  public Convolution groups(long count) {
    return new Convolution(filters, window, count, bias, weights, biases);
  }

  /** Without a bias, as before a norm that has one. */
  public Convolution withoutBias() {
    return new Convolution(filters, window, groups, false, weights, biases);
  }

  /** Other first weights. */
  public Convolution weights(Initializer initializer) {
    return new Convolution(filters, window, groups, bias, initializer, biases);
  }

  /** Other first biases. */
  public Convolution biases(Initializer initializer) {
    return new Convolution(filters, window, groups, true, weights, initializer);
  }

  @Override
  public String label() {
    return "conv" + window.axes() + "d";
  }

  @Override
  public Flow apply(Flow x) {
    window.require(x);
    if (x.size(1) % groups != 0) {
      throw new GatunException(x.size(1) + " channels cannot be split into " + groups + " groups");
    }
    long[] sizes = new long[window.axes() + 2];
    sizes[0] = filters;
    sizes[1] = x.size(1) / groups;
    long fan = sizes[1];
    for (int i = 0; i < window.axes(); i++) {
      sizes[i + 2] = window.kernel().get(i);
      fan *= sizes[i + 2];
    }
    Flow weight = x.parameter("weight", Shape.of(sizes), weights);
    var attrs = window.attrs().with("groups", groups);
    if (!bias) {
      return x.op(Conv.OP, attrs, weight);
    }
    Initializer first = biases == null ? Initializers.fanIn(fan) : biases;
    return x.op(Conv.OP, attrs, weight, x.parameter("bias", Shape.of(filters), first));
  }

  @Override
  public String toString() {
    return label() + "(" + filters + " filters, " + window + ", " + groups + " groups)";
  }
}
