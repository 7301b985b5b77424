package dev.gatun.train.optim;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.train.net.Flow;
import java.util.List;

/** Bounds gradients before the optimizer sees them. */
public sealed interface Clipping {
  /** No bound. */
  static Clipping none() {
    return new None();
  }

  /**
   * All gradients together as one vector, scaled down to a length of at most {@code max}; its
   * direction stays.
   */
  static Clipping norm(double max) {
    return new Norm(max);
  }

  /** Each element between -max and max. */
  static Clipping value(double max) {
    return new Element(max);
  }

  /** The clipped gradients, in order. */
  List<Flow> apply(List<Flow> gradients);

  /** Leaves gradients as they are. */
  record None() implements Clipping {
    @Override
    public List<Flow> apply(List<Flow> gradients) {
      return gradients;
    }
  }

  /** By length: g * min(1, max / (norm + 1e-6)), as PyTorch. */
  record Norm(double max) implements Clipping {
    public Norm {
      require(max);
    }

    @Override
    public List<Flow> apply(List<Flow> gradients) {
      if (gradients.isEmpty()) {
        return gradients;
      }
      Flow norm = norm(gradients);
      Flow factor = norm.number(max).div(norm.add(1e-6)).min(1);
      return gradients.stream().map(g -> g.mul(factor)).toList();
    }
  }

  /** By element. */
  record Element(double max) implements Clipping {
    public Element {
      require(max);
    }

    @Override
    public List<Flow> apply(List<Flow> gradients) {
      return gradients.stream().map(g -> g.clip(-max, max)).toList();
    }
  }

  /** The length of all gradients together as one vector; there must be at least one. */
  static Flow norm(List<Flow> gradients) {
    Flow sum = gradients.get(0).sumOfSquares();
    for (Flow g : gradients.subList(1, gradients.size())) {
      sum = sum.add(g.sumOfSquares());
    }
    return sum.sqrt();
  }

  private static void require(double max) {
    if (!(max > 0)) {
      throw new GatunException("clipping: the bound must be positive, got " + max);
    }
  }
}
