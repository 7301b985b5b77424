package dev.gatun.train.optim;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.train.net.Flow;
import java.util.List;

/**
 * Rprop (Riedmiller and Braun 1993), as PyTorch: only signs of gradients count; the step of an
 * element grows while its sign stays and shrinks when it changes, and then it does not move. For
 * full batches. The first step size is the optimizer's rate; schedules do not apply.
 */
public record Rprop(double rate, double shrink, double grow, double least, double most)
    implements Optimizer {
  public Rprop {
    Check.rate("rprop", rate);
    if (!(shrink > 0 && shrink < 1 && grow > 1)) {
      throw new GatunException(
          "rprop: factors must be in (0, 1) and above 1, got " + shrink + " and " + grow);
    }
  }

  /** With other factors. */
  public Rprop factors(double smaller, double larger) {
    return new Rprop(rate, smaller, larger, least, most);
  }

  /** With other bounds of the step sizes. */
  public Rprop sizes(double smallest, double largest) {
    return new Rprop(rate, shrink, grow, smallest, largest);
  }

  @Override
  public List<Slot> slots() {
    return List.of(Slot.each("gradient"), Slot.each("size", rate));
  }

  @Override
  public Update step(Update now, Flow gradient, StepInputs in) {
    Flow p = now.parameter();
    Flow sign = gradient.mul(now.slot(0)).sign();
    Flow turned = sign.less(0);
    Flow factor =
        p.number(grow).where(sign.greater(0), p.number(shrink).where(turned, p.number(1)));
    Flow size = now.slot(1).mul(factor).clip(least, most);
    Flow g = p.number(0).where(turned, gradient);
    return Update.of(p.sub(g.sign().mul(size)), g, size);
  }
}
