package dev.gatun.train;

import dev.gatun.train.loss.Objective;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Clipping;
import dev.gatun.train.optim.Optimizer;
import java.util.List;

/**
 * What the graph of a training step is made from.
 *
 * @param groups the last one that holds a parameter counts
 * @param accumulation how many batches make a step
 * @param average decay of the moving average of weights; 0 for none
 * @param gradientNorms whether the length of each parameter's gradient is an output
 */
record Recipe(
    Net net,
    Objective objective,
    Optimizer optimizer,
    Clipping clipping,
    List<ParameterGroup> groups,
    int accumulation,
    double average,
    boolean gradientNorms) {
  ParameterGroup group(String parameter) {
    ParameterGroup found = ParameterGroup.of("");
    for (ParameterGroup group : groups) {
      found = group.holds(parameter) ? group : found;
    }
    return found;
  }
}
