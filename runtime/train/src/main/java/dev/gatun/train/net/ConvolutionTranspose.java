package dev.gatun.train.net;

import dev.gatun.core.op.ConvTranspose;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import java.util.Collections;

/**
 * Transposed convolution over [N, C, S...], the gradient of a convolution with respect to its
 * input: {@code weight} [C, filters / groups, kernel...], {@code bias} [filters].
 */
public final class ConvolutionTranspose implements Layer {
  private final long filters;
  private final Windows window;
  private final long groups;
  private final long outputPadding;
  private final boolean bias;
  private final Initializer weights;

  private ConvolutionTranspose(
      long filters,
      Windows window,
      long groups,
      long outputPadding,
      boolean bias,
      Initializer weights) {
    this.filters = filters;
    this.window = window;
    this.groups = groups;
    this.outputPadding = outputPadding;
    this.bias = bias;
    this.weights = weights;
    if (filters < 1 || groups < 1 || filters % groups != 0) {
      throw new GatunException(
          "convolution: " + filters + " filters cannot be split into " + groups + " groups");
    }
  }

  static ConvolutionTranspose of(int axes, long filters, long kernel) {
    return new ConvolutionTranspose(
        filters, Windows.of(axes, kernel, 1), 1, 0, true, Initializers.xavierUniform());
  }

  private ConvolutionTranspose window(Windows other) {
    return new ConvolutionTranspose(filters, other, groups, outputPadding, bias, weights);
  }

  /** Strides: one for all axes or one an axis. */
  public ConvolutionTranspose stride(long... strides) {
    return window(window.strides(strides));
  }

  /** Elements cut from both ends: one number for all axes or one an axis. */
  public ConvolutionTranspose pad(long... pads) {
    return window(window.pads(pads));
  }

  /** Elements added at the end of each axis, less than the stride. */
  public ConvolutionTranspose outputPadding(long count) {
    return new ConvolutionTranspose(filters, window, groups, count, bias, weights);
  }

  /** Groups of channels that see only themselves. */
  public ConvolutionTranspose groups(long count) {
    return new ConvolutionTranspose(filters, window, count, outputPadding, bias, weights);
  }

  /** Without a bias. */
  public ConvolutionTranspose withoutBias() {
    return new ConvolutionTranspose(filters, window, groups, outputPadding, false, weights);
  }

  /** Other first weights. */
  public ConvolutionTranspose weights(Initializer initializer) {
    return new ConvolutionTranspose(filters, window, groups, outputPadding, bias, initializer);
  }

  @Override
  public String label() {
    return "convTranspose" + window.axes() + "d";
  }

  @Override
  public Flow apply(Flow x) {
    window.require(x);
    long[] sizes = new long[window.axes() + 2];
    sizes[0] = x.size(1);
    sizes[1] = filters / groups;
    for (int i = 0; i < window.axes(); i++) {
      sizes[i + 2] = window.kernel().get(i);
    }
    Flow weight = x.parameter("weight", Shape.of(sizes), weights);
    var attrs =
        window
            .attrs()
            .with("groups", groups)
            .with("outputPadding", Collections.nCopies(window.axes(), outputPadding));
    return bias
        ? x.op(
            ConvTranspose.OP,
            attrs,
            weight,
            x.parameter("bias", Shape.of(filters), Initializers.zeros()))
        : x.op(ConvTranspose.OP, attrs, weight);
  }
}
