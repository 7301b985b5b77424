package dev.gatun.train.net;

import java.util.function.UnaryOperator;

/**
 * Layers by name, one after the other: what {@link Flow} and {@link Sequential} have in common.
 * {@link Layers} and {@link Activations} say what each layer does.
 *
 * @param <T> what the chain is made of
 */
public interface Chain<T> extends ActivationChain<T> {
  /** Applies a layer next. */
  @Override
  T then(Layer layer);

  /** Gives the next layer a name instead of its kind and a number. */
  T named(String name);

  /** A dense layer: x W' + b over the last axis. */
  default T dense(long units) {
    return then(Layers.dense(units));
  }

  /** A dense layer with options: {@code dense(10, d -> d.withoutBias())}. */
  default T dense(long units, UnaryOperator<Dense> options) {
    return then(options.apply(Layers.dense(units)));
  }

  /** A convolution over [N, C, L]: no padding, stride 1. */
  default T conv1d(long filters, long kernel) {
    return then(Layers.conv1d(filters, kernel));
  }

  /** A convolution over [N, C, L] with options. */
  default T conv1d(long filters, long kernel, UnaryOperator<Convolution> options) {
    return then(options.apply(Layers.conv1d(filters, kernel)));
  }

  /** A convolution over [N, C, H, W]: no padding, stride 1. */
  default T conv2d(long filters, long kernel) {
    return then(Layers.conv2d(filters, kernel));
  }

  /** A convolution over [N, C, H, W] with options: {@code conv2d(64, 3, c -> c.same())}. */
  default T conv2d(long filters, long kernel, UnaryOperator<Convolution> options) {
    return then(options.apply(Layers.conv2d(filters, kernel)));
  }

  /** A convolution over [N, C, D, H, W] with options. */
  default T conv3d(long filters, long kernel, UnaryOperator<Convolution> options) {
    return then(options.apply(Layers.conv3d(filters, kernel)));
  }

  /** A transposed convolution over [N, C, H, W]: no padding, stride 1. */
  default T convTranspose2d(
      long filters, long kernel, UnaryOperator<ConvolutionTranspose> options) {
    return then(options.apply(Layers.convTranspose2d(filters, kernel)));
  }

  /** The largest of each window of [N, C, L], which do not overlap. */
  default T maxPool1d(long size) {
    return then(Layers.maxPool1d(size));
  }

  /** The largest of each window of [N, C, H, W], which do not overlap. */
  default T maxPool2d(long size) {
    return then(Layers.maxPool2d(size));
  }

  /** The largest of each window with options: {@code maxPool2d(3, p -> p.stride(2).pad(1))}. */
  default T maxPool2d(long size, UnaryOperator<Pool> options) {
    return then(options.apply(Layers.maxPool2d(size)));
  }

  /** The mean of each window of [N, C, H, W], which do not overlap. */
  default T avgPool2d(long size) {
    return then(Layers.avgPool2d(size));
  }

  /** The mean of each window with options. */
  default T avgPool2d(long size, UnaryOperator<Pool> options) {
    return then(options.apply(Layers.avgPool2d(size)));
  }

  /** The mean over all positions: [N, C, S...] to [N, C]. */
  default T globalAvgPool() {
    return then(Layers.globalAvgPool());
  }

  /** The largest over all positions: [N, C, S...] to [N, C]. */
  default T globalMaxPool() {
    return then(Layers.globalMaxPool());
  }

  /** [N, A, B...] to [N, A * B * ...]. */
  default T flatten() {
    return then(Layers.flatten());
  }

  /** Nearest neighbours, {@code factor} times as many along each spatial axis. */
  default T upsample(long factor) {
    return then(Layers.upsample((double) factor));
  }

  /** Normalizes each channel over the batch; running statistics at inference. */
  default T batchNorm() {
    return then(Layers.batchNorm());
  }

  /** Normalizes the last axis of each row. */
  default T layerNorm() {
    return then(Layers.layerNorm());
  }

  /** Normalizes groups of channels of each sample. */
  default T groupNorm(long groups) {
    return then(Layers.groupNorm(groups));
  }

  /** Normalizes each channel of each sample. */
  default T instanceNorm() {
    return then(Layers.instanceNorm());
  }

  /** Divides the last axis of each row by its root mean square. */
  default T rmsNorm() {
    return then(Layers.rmsNorm());
  }

  /** Zeroes each element with a probability while training. */
  default T dropout(double rate) {
    return then(Layers.dropout(rate));
  }

  /** Zeroes whole channels with a probability while training. */
  default T spatialDropout(double rate) {
    return then(Layers.spatialDropout(rate));
  }

  /** x + branch(x). */
  default T residual(Layer branch) {
    return then(Layers.residual(branch));
  }

  /** shortcut(x) + branch(x). */
  default T residual(Layer branch, Layer shortcut) {
    return then(Layers.residual(branch, shortcut));
  }

  /** A layer whose inner values are computed again in the backward pass. */
  default T checkpointed(Layer layer) {
    return then(Layer.checkpointed(layer));
  }

  /** Rows of a table: ids [N...] to [N..., width]. */
  default T embedding(long count, long width) {
    return then(Layers.embedding(count, width));
  }
}
