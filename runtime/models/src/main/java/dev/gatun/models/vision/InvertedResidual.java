package dev.gatun.models.vision;

import dev.gatun.train.net.Activations;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Layer;
import dev.gatun.train.net.Layers;

/**
 * A block that widens, filters each channel by itself, weighs channels and narrows again, as
 * numbers of the sequence "block" (MobileNet v3, EfficientNet).
 *
 * @param squeezed channels of the weighing, 0 for none
 * @param gate makes weights of numbers
 * @param between activation within the weighing
 * @param drop rate of leaving the block out in training
 */
record InvertedResidual(
    long kernel,
    long expanded,
    long out,
    long stride,
    Layer activation,
    long squeezed,
    Layer between,
    Layer gate,
    double epsilon,
    double drop) {
  Flow apply(Flow x) {
    int next = 0;
    Flow y = x;
    if (expanded != x.size(1)) {
      y = Convs.numbered(y, "block." + next++, epsilon, activation, expanded, 1, o -> o);
    }
    y =
        Convs.numbered(
            y,
            "block." + next++,
            epsilon,
            activation,
            expanded,
            kernel,
            o -> o.stride(stride).pad(kernel / 2).groups(expanded));
    if (squeezed > 0) {
      y = weighed(y, "block." + next++);
    }
    y = Convs.numbered(y, "block." + next, epsilon, Activations.identity(), out, 1, o -> o);
    return stride == 1 && x.size(1) == out ? x.add(y.then(Layers.stochasticDepth(drop))) : y;
  }

  /** Each channel times a number that follows from the means of all (Hu and others 2018). */
  private Flow weighed(Flow x, String name) {
    Flow y = x.meanKept(2, 3);
    y = Convs.conv(y, name + ".fc1", squeezed, 1, o -> o).then(between);
    return x.mul(Convs.conv(y, name + ".fc2", x.size(1), 1, o -> o).then(gate));
  }
}
