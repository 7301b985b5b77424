package dev.gatun.train;

import dev.gatun.core.tensor.GatunException;

/**
 * An average of the weights along the way, which evaluation, prediction and {@link Trainer#net}
 * use. Running statistics of norms are not averaged.
 *
 * @param decay of a moving average; 0 when all count alike
 * @param from steps before the first weights that count
 * @param every steps from one set of weights that counts to the next
 */
record Averaging(double decay, long from, long every) {
  Averaging {
    if (!(decay >= 0 && decay < 1) || from < 0 || every < 1) {
      throw new GatunException(
          "average: the decay must be in [0, 1), steps 0 or more and the distance 1 or more, got "
              + decay
              + ", "
              + from
              + " and "
              + every);
    }
  }
}
