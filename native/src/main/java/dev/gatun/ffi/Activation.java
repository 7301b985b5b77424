package dev.gatun.ffi;

/** Element-wise functions of oneDNN; alpha and beta are their parameters, where they have any. */
public enum Activation {
  /** x if x is positive, else alpha * x. */
  RELU(0x20),
  /** Hyperbolic tangent. */
  TANH(0x21),
  /** x if x is positive, else alpha * (exp(x) - 1). */
  ELU(0x22),
  /** x * x. */
  SQUARE(0x23),
  /** Absolute value. */
  ABS(0x24),
  /** Square root. */
  SQRT(0x25),
  /** alpha * x + beta. */
  LINEAR(0x26),
  /** log(1 + exp(alpha * x)) / alpha. */
  SOFT_RELU(0x27),
  /** max(0, min(1, alpha * x + beta)). */
  HARD_SIGMOID(0x28),
  /** 1 / (1 + exp(-x)). */
  LOGISTIC(0x29),
  /** Exponential. */
  EXP(0x2a),
  /** GELU by its tanh approximation. */
  GELU_TANH(0x2b),
  /** x / (1 + exp(-alpha * x)). */
  SWISH(0x2c),
  /** Natural logarithm. */
  LOG(0x2d),
  /** max(alpha, min(beta, x)); the gradient is 1 at beta and 0 at alpha. */
  CLIP(0x2e),
  /** max(alpha, min(beta, x)); the gradient is 0 at both ends. */
  CLIP_V2(0x2f),
  /** alpha * pow(x, beta). */
  POW(0x30),
  /** GELU by the error function. */
  GELU_ERF(0x31),
  /** Rounding to the nearest even integer. */
  ROUND(0x32),
  /** x * tanh(log(1 + exp(x))). */
  MISH(0x33),
  /** x * max(0, min(1, alpha * x + beta)). */
  HARD_SWISH(0x34);

  private final int code;

  Activation(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
