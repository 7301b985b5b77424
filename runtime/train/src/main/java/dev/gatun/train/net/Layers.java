package dev.gatun.train.net;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.op.AdaptiveAveragePool;
import dev.gatun.core.op.DepthToSpace;
import dev.gatun.core.op.Flatten;
import dev.gatun.core.op.GlobalAveragePool;
import dev.gatun.core.op.GlobalMaxPool;
import dev.gatun.core.op.Lrn;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import java.util.List;

/**
 * The layers: each method makes one, which {@link Flow#then} applies and whose methods change its
 * options. Images are [N, C, H, W], sequences [N, T, F].
 */
public final class Layers {
  /** x W' + b over the last axis, W [units, in]. */
  public static Dense dense(long units) {
    return new Dense(units, true, Initializers.fanIn(), null);
  }

  /** Convolution over [N, C, L]. */
  public static Convolution conv1d(long filters, long kernel) {
    return Convolution.of(1, filters, kernel);
  }

  /** Convolution over [N, C, H, W]. */
  public static Convolution conv2d(long filters, long kernel) {
    return Convolution.of(2, filters, kernel);
  }

  /** Convolution over [N, C, D, H, W]. */
  public static Convolution conv3d(long filters, long kernel) {
    return Convolution.of(3, filters, kernel);
  }

  /** Transposed convolution over [N, C, L]. */
  public static ConvolutionTranspose convTranspose1d(long filters, long kernel) {
    return ConvolutionTranspose.of(1, filters, kernel);
  }

  /** Transposed convolution over [N, C, H, W]. */
  public static ConvolutionTranspose convTranspose2d(long filters, long kernel) {
    return ConvolutionTranspose.of(2, filters, kernel);
  }

  /**
   * A convolution of each channel by itself, then one over single positions that mixes the channels
   * (Chollet 2016).
   */
  public static Layer separableConv2d(long filters, long kernel) {
    return x -> x.then(conv2d(x.size(1), kernel).same().groups(x.size(1))).then(conv2d(filters, 1));
  }

  /** The largest of each window of [N, C, L]. */
  public static Pool maxPool1d(long size) {
    return Pool.max(1, size);
  }

  /** The largest of each window of [N, C, H, W]. */
  public static Pool maxPool2d(long size) {
    return Pool.max(2, size);
  }

  /** The mean of each window of [N, C, L]. */
  public static Pool avgPool1d(long size) {
    return Pool.average(1, size);
  }

  /** The mean of each window of [N, C, H, W]. */
  public static Pool avgPool2d(long size) {
    return Pool.average(2, size);
  }

  /** The mean over all positions: [N, C, S...] to [N, C]. */
  public static Layer globalAvgPool() {
    return x -> x.op(GlobalAveragePool.OP).op(Flatten.OP);
  }

  /** The largest over all positions: [N, C, S...] to [N, C]. */
  public static Layer globalMaxPool() {
    return x -> x.op(GlobalMaxPool.OP).op(Flatten.OP);
  }

  /** The mean over as many windows as wanted along each axis. */
  public static Layer adaptiveAvgPool2d(long height, long width) {
    return x -> x.op(AdaptiveAveragePool.OP, Attrs.of("output", new long[] {height, width}));
  }

  /** [N, A, B...] to [N, A * B * ...]. */
  public static Layer flatten() {
    return x -> x.op(Flatten.OP, Attrs.of("axis", 1));
  }

  /** [N, ...] to [N, sizes...]; one size may be -1. */
  public static Layer reshape(long... sizes) {
    long[] all = new long[sizes.length + 1];
    System.arraycopy(sizes, 0, all, 1, sizes.length);
    return x -> x.reshape(all); // 0 keeps the batch
  }

  /** Axes in another order, the batch stays first: axes count from 1. */
  public static Layer permute(long... order) {
    long[] all = new long[order.length + 1];
    System.arraycopy(order, 0, all, 1, order.length);
    return x -> x.transpose(all);
  }

  /** Nearest neighbours, {@code factor} times as many along each spatial axis. */
  public static Upsample upsample(double factor) {
    return new Upsample(factor, Upsample.Mode.NEAREST, false);
  }

  /** [N, C r r, H, W] to [N, C, H r, W r] (Shi and others 2016). */
  public static Layer pixelShuffle(long factor) {
    return x -> x.op(DepthToSpace.OP, Attrs.of("blockSize", factor, "mode", "CRD"));
  }

  /** Normalizes each channel (axis 1) over the batch; momentum 0.1, epsilon 1e-5. */
  public static BatchNorm batchNorm() {
    return new BatchNorm(0.1, 1e-5, true);
  }

  /** Normalizes the last axis of each row; epsilon 1e-5. */
  public static LayerNorm layerNorm() {
    return new LayerNorm(1, 1e-5, true, true);
  }

  /** Normalizes groups of neighbouring channels of each sample; epsilon 1e-5. */
  public static ChannelNorm groupNorm(long groups) {
    return new ChannelNorm(groups, 1e-5);
  }

  /** Normalizes each channel of each sample; epsilon 1e-5. */
  public static ChannelNorm instanceNorm() {
    return new ChannelNorm(0, 1e-5);
  }

  /** x / sqrt(mean(x^2) + epsilon) * scale over the last axis; epsilon 1e-6. */
  public static RootNorm rmsNorm() {
    return new RootNorm(1e-6);
  }

  /** Divides by the neighbouring channels' energy (Krizhevsky and others 2012, section 3.3). */
  public static Layer localResponseNorm(long size, double alpha, double beta, double bias) {
    return x -> x.op(Lrn.OP, Attrs.of("size", size, "alpha", alpha, "beta", beta, "bias", bias));
  }

  /** Zeroes each element with probability {@code rate} while training, scales the others up. */
  public static Dropout dropout(double rate) {
    return new Dropout(rate, Dropout.Kind.ELEMENTS);
  }

  /** Zeroes whole channels (axis 1) with probability {@code rate} while training. */
  public static Dropout spatialDropout(double rate) {
    return new Dropout(rate, Dropout.Kind.CHANNELS);
  }

  /**
   * Zeroes whole samples with probability {@code rate} while training: stochastic depth (Huang and
   * others 2016) when it is the end of a residual branch.
   */
  public static Dropout stochasticDepth(double rate) {
    return new Dropout(rate, Dropout.Kind.SAMPLES);
  }

  /** Adds normal noise of a deviation while training. */
  public static Layer gaussianNoise(double deviation) {
    return x -> x.training() ? x.add(x.random("normal").mul(deviation)) : x;
  }

  /** x + branch(x). */
  public static Layer residual(Layer branch) {
    return new Residual(branch, Activations.identity());
  }

  /** shortcut(x) + branch(x). */
  public static Layer residual(Layer branch, Layer shortcut) {
    return new Residual(branch, shortcut);
  }

  /** Branches side by side, their results one after the other along an axis. */
  public static Layer concat(int axis, Layer... branches) {
    List<Layer> all = List.of(branches);
    return x -> Flow.concat(axis, all.stream().map(x::then).toList());
  }

  /** Rows of a table: ids [N...] to [N..., width]. */
  public static Embedding embedding(long count, long width) {
    return new Embedding(count, width, -1, Initializers.normal(0, 1));
  }

  /** Rows of a table whose first values are given, [count, width]; freeze it to keep them. */
  public static Embedding embedding(Tensor rows) {
    if (rows.shape().rank() != 2) {
      throw new GatunException("embedding: a table is [count, width], got " + rows.shape());
    }
    return new Embedding(rows.shape().size(0), rows.shape().size(1), -1, Initializers.values(rows));
  }

  /**
   * What comes in, unchanged; its gradient is multiplied by -{@code strength} (Ganin and Lempitsky
   * 2015): what follows learns to tell domains, what is before learns that they cannot be told.
   */
  public static Layer gradientReversal(double strength) {
    // The difference is 0, so values stay the same bit for bit; its gradient is not.
    return x -> x.stop().add(x.stop().sub(x).mul(strength));
  }

  /** A layer h' = tanh(W x + R h + b) over [N, T, F]. */
  public static Recurrent rnn(long hidden) {
    return new Recurrent(Recurrent.Cell.RNN, hidden, false, false, 0, false);
  }

  /** Long short-term memory over [N, T, F]. */
  public static Recurrent lstm(long hidden) {
    return new Recurrent(Recurrent.Cell.LSTM, hidden, false, false, 0, false);
  }

  /** Gated recurrent units over [N, T, F]. */
  public static Recurrent gru(long hidden) {
    return new Recurrent(Recurrent.Cell.GRU, hidden, false, false, 0, false);
  }

  /** Multi-head self-attention over [N, T, C]. */
  public static SelfAttention selfAttention(long heads) {
    return SelfAttention.of(heads);
  }

  /** Adds sines and cosines of the position to [N, T, C]. */
  public static Layer positions() {
    return new Positions(false);
  }

  /** Adds a learned table of positions to [N, T, C]. */
  public static Layer learnedPositions() {
    return new Positions(true);
  }

  /** Multi-head attention of [N, T, C] to a memory [N, S, D]: {@code call(x, memory)}. */
  public static CrossAttention crossAttention(long heads) {
    return new CrossAttention(heads);
  }

  /** Attention of a state to a sequence, additive (Bahdanau and others 2014). */
  public static Alignment additiveAlignment(long units) {
    return new Alignment(units);
  }

  /** Attention of a state to a sequence, multiplicative (Luong and others 2015). */
  public static Alignment multiplicativeAlignment() {
    return new Alignment(0);
  }

  /** The feed-forward part of a transformer: dense, activation, dense; [N, T, C] stays so. */
  public static Layer feedForward(long inner, Layer activation) {
    return x -> x.dense(inner).then(activation).dense(x.size(-1));
  }

  /**
   * A transformer's encoder block over [N, T, C] with norms before attention and feed-forward part
   * (GELU, {@code inner} wide).
   */
  public static Layer encoderBlock(SelfAttention attention, long inner, double dropout) {
    return x ->
        x.residual(y -> y.layerNorm().then(attention).dropout(dropout))
            .residual(y -> forward(y, inner, dropout));
  }

  /**
   * A transformer's decoder block with norms before each part: {@code call(x, memory)}, or {@code
   * call(x, memory, seen)} with booleans [N, S] that tell which of the memory's positions count.
   *
   * @param own attention of x to itself, usually {@link SelfAttention#masked}
   * @param cross attention of x to the memory
   */
  public static Module decoderBlock(
      SelfAttention own, CrossAttention cross, long inner, double dropout) {
    return inputs -> {
      Flow x = inputs.get(0).residual(y -> y.layerNorm().then(own).dropout(dropout));
      Flow[] rest = inputs.toArray(new Flow[0]);
      rest[0] = x.layerNorm();
      Flow seen = x.add(cross.call(rest).get(0).dropout(dropout));
      return List.of(seen.residual(y -> forward(y, inner, dropout)));
    };
  }

  private static Flow forward(Flow x, long inner, double dropout) {
    return feedForward(inner, Activations.gelu()).apply(x.layerNorm()).dropout(dropout);
  }

  /** The block conv-relu-conv-add-relu (He and others 2015), with as many filters as channels. */
  public static Layer residualBlock(long kernel) {
    return x ->
        x.residual(
                y ->
                    y.conv2d(x.size(1), kernel, Convolution::same)
                        .relu()
                        .conv2d(x.size(1), kernel, Convolution::same))
            .relu();
  }

  /** A branch beside x, whose result follows x along the channels (axis 1), as in a U-Net. */
  public static Layer skip(Layer branch) {
    return x -> Flow.concat(1, x, x.then(branch));
  }

  /**
   * {@code count} capsules, routed by agreement in 3 iterations: [N, I, D] to [N, count, width].
   */
  public static Capsules capsules(long count, long width) {
    return new Capsules(count, width, 3);
  }

  /** A head that reads from a memory: {@code call(controller, memory, weights)}. */
  public static MemoryHead readHead() {
    return new MemoryHead(false);
  }

  /** A head that reads from a memory and then writes into it. */
  public static MemoryHead writeHead() {
    return new MemoryHead(true);
  }

  private Layers() {}
}
