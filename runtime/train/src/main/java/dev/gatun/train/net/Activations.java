package dev.gatun.train.net;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.op.Celu;
import dev.gatun.core.op.Elu;
import dev.gatun.core.op.Gelu;
import dev.gatun.core.op.Glu;
import dev.gatun.core.op.HardSigmoid;
import dev.gatun.core.op.HardSwish;
import dev.gatun.core.op.LeakyRelu;
import dev.gatun.core.op.LogSigmoid;
import dev.gatun.core.op.Mish;
import dev.gatun.core.op.Prelu;
import dev.gatun.core.op.Relu;
import dev.gatun.core.op.Selu;
import dev.gatun.core.op.Shrink;
import dev.gatun.core.op.Sigmoid;
import dev.gatun.core.op.Silu;
import dev.gatun.core.op.Softplus;
import dev.gatun.core.op.Softsign;
import dev.gatun.core.op.Swish;
import dev.gatun.core.op.Tanh;
import dev.gatun.core.op.ThresholdedRelu;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import java.util.Arrays;

/**
 * Activation functions as layers. Any function of a {@link Flow} is one, too, gets its gradient and
 * is fused like these: {@code x.then(v -> v.mul(v.sigmoid()))}.
 */
public final class Activations {
  /** x: for places where an activation is wanted. */
  public static Layer identity() {
    return x -> x;
  }

  /** max(0, x); the derivative at 0 is 0, NaN stays NaN. */
  public static Layer relu() {
    return of("relu", Relu.OP);
  }

  /** min(max(0, x), 6). */
  public static Layer relu6() {
    return new Activation("relu6", x -> x.clip(0, 6));
  }

  /** x above 0, slope * x below. */
  public static Layer leakyRelu(double slope) {
    return of("leakyRelu", LeakyRelu.OP, Attrs.of("alpha", slope));
  }

  /** x above 0, a * x below; a is learned for each channel (axis 1), 0.25 first. */
  public static Layer prelu() {
    return new ParametricRelu(true);
  }

  /** {@link #prelu()} with one number for all channels. */
  public static Layer sharedPrelu() {
    return new ParametricRelu(false);
  }

  /** x above 0, alpha (e^x - 1) below (Clevert and others 2015). */
  public static Layer elu(double alpha) {
    return of("elu", Elu.OP, Attrs.of("alpha", alpha));
  }

  /** elu scaled so that means and variances converge (Klambauer and others 2017). */
  public static Layer selu() {
    return of("selu", Selu.OP);
  }

  /** max(0, x) + min(0, alpha (e^(x / alpha) - 1)). */
  public static Layer celu(double alpha) {
    return of("celu", Celu.OP, Attrs.of("alpha", alpha));
  }

  /** x times the normal distribution function of x, exact. */
  public static Layer gelu() {
    return of("gelu", Gelu.OP);
  }

  /** {@link #gelu} by its tanh approximation. */
  public static Layer geluTanh() {
    return of("geluTanh", Gelu.OP, Attrs.of("approximate", "tanh"));
  }

  /** x sigmoid(x), also known as swish. */
  public static Layer silu() {
    return of("silu", Silu.OP);
  }

  /** x sigmoid(beta x) (Ramachandran and others 2017). */
  public static Layer swish(double beta) {
    return of("swish", Swish.OP, Attrs.of("beta", beta));
  }

  /** x tanh(softplus(x)) (Misra 2019). */
  public static Layer mish() {
    return of("mish", Mish.OP);
  }

  /** 1 / (1 + e^-x), without overflow. */
  public static Layer sigmoid() {
    return of("sigmoid", Sigmoid.OP);
  }

  /** log(sigmoid(x)), exact for large negative x. */
  public static Layer logSigmoid() {
    return of("logSigmoid", LogSigmoid.OP);
  }

  /** The hyperbolic tangent (e^x - e^-x) / (e^x + e^-x), without overflow. */
  public static Layer tanh() {
    return of("tanh", Tanh.OP);
  }

  /** log(1 + e^x), without overflow. */
  public static Layer softplus() {
    return of("softplus", Softplus.OP);
  }

  /** x / (1 + |x|). */
  public static Layer softsign() {
    return of("softsign", Softsign.OP);
  }

  /** min(max(x / 6 + 1 / 2, 0), 1). */
  public static Layer hardSigmoid() {
    return of("hardSigmoid", HardSigmoid.OP, Attrs.of("alpha", 1.0 / 6, "beta", 0.5));
  }

  /** x hardSigmoid(x). */
  public static Layer hardSwish() {
    return of("hardSwish", HardSwish.OP);
  }

  /** x, but not below {@code low} and not above {@code high}. */
  public static Layer hardTanh(double low, double high) {
    return new Activation("hardTanh", x -> x.clip(low, high));
  }

  /** x above threshold, else 0. */
  public static Layer thresholdedRelu(double threshold) {
    return of("thresholdedRelu", ThresholdedRelu.OP, Attrs.of("alpha", threshold));
  }

  /** x - lambda above lambda, x + lambda below -lambda, 0 between. */
  public static Layer softShrink(double lambda) {
    return of("softShrink", Shrink.OP, Attrs.of("bias", lambda, "lambd", lambda));
  }

  /** x where |x| is above lambda, else 0. */
  public static Layer hardShrink(double lambda) {
    return of("hardShrink", Shrink.OP, Attrs.of("bias", 0.0, "lambd", lambda));
  }

  /** x - tanh(x). */
  public static Layer tanhShrink() {
    return new Activation("tanhShrink", x -> x.sub(x.tanh()));
  }

  /** a sigmoid(b) where a and b are the halves of the last axis (Dauphin and others 2016). */
  public static Layer glu() {
    return of("glu", Glu.OP);
  }

  /** exp(x) / sum(exp(x)) along the last axis, for any x. */
  public static Layer softmax() {
    return new Activation("softmax", x -> x.softmax(-1));
  }

  /** The logarithm of {@link #softmax}. */
  public static Layer logSoftmax() {
    return new Activation("logSoftmax", x -> x.logSoftmax(-1));
  }

  private static Layer of(String name, OpDef op) {
    return new Activation(name, x -> x.op(op));
  }

  private static Layer of(String name, OpDef op, Attrs attrs) {
    return new Activation(name, x -> x.op(op, attrs));
  }

  /** A function that diagnostics can call by its name; has no parameters. */
  private record Activation(String label, Layer function) implements Layer {
    @Override
    public boolean isShared() {
      return false;
    }

    @Override
    public Flow apply(Flow x) {
      return function.apply(x);
    }
  }

  /** Has a slope to learn. */
  private record ParametricRelu(boolean perChannel) implements Layer {
    @Override
    public String label() {
      return "prelu";
    }

    @Override
    public Flow apply(Flow x) {
      long[] sizes = new long[perChannel ? x.rank() - 1 : 1];
      Arrays.fill(sizes, 1);
      if (perChannel) {
        if (x.rank() < 2) {
          throw new GatunException("needs [batch, channels, ...] for a slope a channel");
        }
        sizes[0] = x.size(1);
      }
      Shape shape = Shape.of(sizes[0]);
      Flow slope = x.parameter("weight", shape, Initializers.constant(0.25));
      return x.op(Prelu.OP, slope.reshape(sizes));
    }
  }

  private Activations() {}
}
