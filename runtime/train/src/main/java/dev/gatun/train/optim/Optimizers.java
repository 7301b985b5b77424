package dev.gatun.train.optim;

/** The usual optimizers with PyTorch's defaults; methods of each change its options. */
public final class Optimizers {
  /** Stochastic gradient descent: p -= rate * g. */
  public static Sgd sgd(double rate) {
    return new Sgd(rate, 0, 0, 0, false);
  }

  /** Gradient descent with momentum: v = momentum * v + g, p -= rate * v. */
  public static Sgd momentum(double rate, double momentum) {
    return new Sgd(rate, momentum, 0, 0, false);
  }

  /** Gradient descent with Nesterov's momentum. */
  public static Sgd nesterov(double rate, double momentum) {
    return new Sgd(rate, momentum, 0, 0, true);
  }

  /** AdaGrad with epsilon 1e-10. */
  public static AdaGrad adaGrad(double rate) {
    return new AdaGrad(rate, 0, 0, 0, 1e-10);
  }

  /** RMSprop with decay 0.99 and epsilon 1e-8. */
  public static RmsProp rmsProp(double rate) {
    return new RmsProp(rate, 0.99, 1e-8, 0, 0, false);
  }

  /** Adam with betas 0.9 and 0.999, epsilon 1e-8. */
  public static Adam adam(double rate) {
    return new Adam(rate, 0.9, 0.999, 1e-8, 0, false, false);
  }

  /** Adam that divides by the largest second moment so far. */
  public static Adam amsGrad(double rate) {
    return adam(rate).amsgrad(true);
  }

  /** Adam with weight decay 0.01 apart from the gradient. */
  public static Adam adamW(double rate) {
    return new Adam(rate, 0.9, 0.999, 1e-8, 0.01, true, false);
  }

  /** Adadelta with decay 0.9 and epsilon 1e-6; the usual rate is 1. */
  public static Adadelta adadelta(double rate) {
    return new Adadelta(rate, 0.9, 1e-6, 0);
  }

  /** Adamax with betas 0.9 and 0.999, epsilon 1e-8. */
  public static Adamax adamax(double rate) {
    return new Adamax(rate, 0.9, 0.999, 1e-8, 0);
  }

  /** NAdam with betas 0.9 and 0.999, epsilon 1e-8, momentum decay 0.004. */
  public static NAdam nadam(double rate) {
    return new NAdam(rate, 0.9, 0.999, 1e-8, 0, 0.004, false);
  }

  /** RAdam with betas 0.9 and 0.999, epsilon 1e-8. */
  public static RAdam radam(double rate) {
    return new RAdam(rate, 0.9, 0.999, 1e-8, 0, false);
  }

  /** Rprop with factors 0.5 and 1.2, sizes from 1e-6 to 50. */
  public static Rprop rprop(double rate) {
    return new Rprop(rate, 0.5, 1.2, 1e-6, 50);
  }

  /** Lion with betas 0.9 and 0.99; a rate of a third to a tenth of AdamW's is usual. */
  public static Lion lion(double rate) {
    return new Lion(rate, 0.9, 0.99, 0);
  }

  private Optimizers() {}
}
