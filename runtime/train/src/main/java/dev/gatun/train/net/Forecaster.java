package dev.gatun.train.net;

import dev.gatun.core.tensor.GatunException;
import java.util.ArrayList;
import java.util.List;

/**
 * A transformer that foretells series: the past [N, T, C] to the {@code horizon} steps after it [N,
 * horizon, C].
 *
 * <p>Mean and deviation of each series' past are taken out first and put back at the end (Kim and
 * others 2022), so that a trend that left the range of training is no surprise. The past is cut
 * into pieces of {@code piece} steps (Nie and others 2023): attention between pieces is attention
 * between, say, days and not hours. What comes is the last value and what a linear map of all
 * pieces adds to it.
 *
 * @param width of a piece's vector
 * @param piece steps; the past must be a multiple of it
 */
public record Forecaster(
    long horizon, long piece, long width, long heads, int blocks, double dropout) implements Layer {
  private static final double EPSILON = 1e-5;

  public Forecaster {
    if (horizon < 1 || piece < 1 || blocks < 0) {
      throw new GatunException(
          "forecaster: horizon and piece must be positive, got %d and %d"
              .formatted(horizon, piece));
    }
  }

  /** Two blocks of four heads on vectors of 32, without dropout. */
  public static Forecaster of(long horizon, long piece) {
    return new Forecaster(horizon, piece, 32, 4, 2, 0);
  }

  /** Another size. */
  public Forecaster sized(long otherWidth, long otherHeads, int otherBlocks) {
    return new Forecaster(horizon, piece, otherWidth, otherHeads, otherBlocks, dropout);
  }

  /** With dropout. */
  public Forecaster dropout(double rate) {
    return new Forecaster(horizon, piece, width, heads, blocks, rate);
  }

  @Override
  public Flow apply(Flow x) {
    if (x.rank() != 3 || x.size(1) < 1 || x.size(1) % piece != 0) {
      throw new GatunException(
          "needs [batch, time, channels] of a time that is a multiple of "
              + piece
              + ", got "
              + x.shape());
    }
    Flow mean = x.meanKept(1);
    Flow centred = x.sub(mean);
    Flow deviation = centred.square().meanKept(1).add(EPSILON).sqrt();
    Flow normed = centred.div(deviation);
    Flow last = normed.slice(1, -1, Long.MAX_VALUE);
    return added(normed).add(last).mul(deviation).add(mean);
  }

  private Flow added(Flow x) {
    long channels = x.size(2);
    long pieces = x.size(1) / piece;
    Flow y =
        x.reshape(0, pieces, piece * channels)
            .named("embed")
            .then(Layers.dense(width))
            .named("positions")
            .then(Layers.learnedPositions());
    List<Layer> all = new ArrayList<>();
    for (int i = 0; i < blocks; i++) {
      all.add(Layers.encoderBlock(SelfAttention.of(heads), 2 * width, dropout));
    }
    for (int i = 0; i < blocks; i++) {
      y = y.named("blocks." + i).then(all.get(i));
    }
    y = y.named("norm").then(Layers.layerNorm()).reshape(0, pieces * width).dropout(dropout);
    // Nothing is added at first: training begins from "as it was", which is hard to beat.
    Dense head = Layers.dense(horizon * channels).weights(Initializers.zeros());
    return y.named("head").then(head.biases(Initializers.zeros())).reshape(0, horizon, channels);
  }
}
