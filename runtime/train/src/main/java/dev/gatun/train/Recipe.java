package dev.gatun.train;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.loss.Objective;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Clipping;
import dev.gatun.train.optim.Optimizer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the graph of a training step is made from.
 *
 * @param groups the last one that holds a parameter counts
 * @param accumulation how many batches make a step
 * @param averaging the average of weights, if one is wanted
 * @param masks weights that stay at 0 by parameter
 * @param gradientNorms whether the length of each parameter's gradient is an output
 * @param precision of products, if it is not float32
 */
record Recipe(
    Net net,
    Objective objective,
    Optimizer optimizer,
    Clipping clipping,
    List<ParameterGroup> groups,
    int accumulation,
    Optional<Averaging> averaging,
    Map<String, Tensor> masks,
    boolean gradientNorms,
    Optional<MixedPrecision> precision) {
  ParameterGroup group(String parameter) {
    ParameterGroup found = ParameterGroup.of("");
    for (ParameterGroup group : groups) {
      found = group.holds(parameter) ? group : found;
    }
    return found;
  }
}
