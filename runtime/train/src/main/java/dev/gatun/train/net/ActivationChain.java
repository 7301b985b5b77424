package dev.gatun.train.net;

/**
 * Activations by name; {@link Activations} has the formulas.
 *
 * @param <T> what the chain is made of
 */
public interface ActivationChain<T> {
  /** Applies a layer next. */
  T then(Layer layer);

  /** max(0, x). */
  default T relu() {
    return then(Activations.relu());
  }

  /** x above 0, slope x below. */
  default T leakyRelu(double slope) {
    return then(Activations.leakyRelu(slope));
  }

  /** x above 0, a x below, with a learned for each channel. */
  default T prelu() {
    return then(Activations.prelu());
  }

  /** x times the normal distribution function of x. */
  default T gelu() {
    return then(Activations.gelu());
  }

  /** x sigmoid(x). */
  default T silu() {
    return then(Activations.silu());
  }

  /** 1 / (1 + e^-x). */
  default T sigmoid() {
    return then(Activations.sigmoid());
  }

  /** The hyperbolic tangent. */
  default T tanh() {
    return then(Activations.tanh());
  }

  /** x above 0, e^x - 1 below. */
  default T elu() {
    return then(Activations.elu(1));
  }

  /** {@link #elu} scaled so that networks normalize themselves. */
  default T selu() {
    return then(Activations.selu());
  }

  /** x tanh(softplus(x)). */
  default T mish() {
    return then(Activations.mish());
  }

  /** log(1 + e^x). */
  default T softplus() {
    return then(Activations.softplus());
  }

  /** exp(x) / sum(exp(x)) along the last axis. */
  default T softmax() {
    return then(Activations.softmax());
  }
}
