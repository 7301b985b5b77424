package dev.gatun.train;

import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Parameter;

/** What happens to a parameter after the optimizer's step. */
final class Constraints {
  static Flow apply(Flow p, Parameter parameter, ParameterGroup group, Flow rate) {
    Flow result = p;
    if (group.l1() > 0 && parameter.decays()) {
      // The proximal step of l1 * |w|: gradient steps alone never reach 0 exactly.
      Flow smaller = result.abs().sub(rate.mul(group.l1())).max(0);
      result = result.sign().mul(smaller);
    }
    if (group.maxNorm() > 0 && parameter.decays()) {
      long[] axes = new long[result.rank() - 1];
      for (int i = 0; i < axes.length; i++) {
        axes[i] = i + 1L;
      }
      Flow length = result.square().sumKept(axes).sqrt();
      result = result.mul(length.max(group.maxNorm()).reciprocal().mul(group.maxNorm()));
    }
    return result;
  }

  private Constraints() {}
}
