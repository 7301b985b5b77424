package dev.gatun.train.net;

import dev.gatun.core.tensor.GatunException;

/**
 * Inverted dropout (Srivastava and others 2014): while training, zeroes with a probability and
 * divides the rest by what is kept on average, so that inference needs no scaling.
 *
 * @param rate probability of zero, in [0, 1]
 */
public record Dropout(double rate, Kind kind) implements Layer {
  /** What is dropped together. */
  public enum Kind {
    ELEMENTS,
    /** All positions of a channel: axes 2 and on share a draw. */
    CHANNELS,
    /** A whole sample. */
    SAMPLES
  }

  public Dropout {
    if (!(rate >= 0 && rate <= 1)) {
      throw new GatunException("dropout: the rate must be between 0 and 1, got " + rate);
    }
  }

  @Override
  public Flow apply(Flow x) {
    if (!x.training() || rate == 0) {
      return x;
    }
    if (rate == 1) {
      return x.mul(0);
    }
    Flow kept = x.random("uniform", shared(x.rank())).greaterEqual(rate);
    return x.mul(1 / (1 - rate)).where(kept, x.number(0));
  }

  private long[] shared(int rank) {
    int first =
        switch (kind) {
          case ELEMENTS -> rank;
          case CHANNELS -> Math.min(2, rank);
          case SAMPLES -> Math.min(1, rank);
        };
    long[] axes = new long[rank - first];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = (long) first + i;
    }
    return axes;
  }
}
