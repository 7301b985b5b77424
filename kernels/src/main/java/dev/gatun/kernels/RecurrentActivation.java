package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * An activation of a recurrent cell with its two parameters, applied in place to whole vectors.
 *
 * <p>Sigmoid, tanh and relu are vector code; the others are rare in practice and go element by
 * element, in double precision.
 */
public record RecurrentActivation(Kind kind, double alpha, double beta) {
  /** The functions of ONNX's recurrent operators. */
  public enum Kind {
    SIGMOID,
    TANH,
    RELU,
    /** alpha x + beta. */
    AFFINE,
    /** alpha x below zero. */
    LEAKY_RELU,
    /** x from alpha on, else zero. */
    THRESHOLDED_RELU,
    /** alpha tanh(beta x). */
    SCALED_TANH,
    /** alpha x + beta within [0, 1]. */
    HARD_SIGMOID,
    /** alpha (e^x - 1) below zero. */
    ELU,
    SOFTSIGN,
    SOFTPLUS,
    IDENTITY
  }

  public static final RecurrentActivation SIGMOID = new RecurrentActivation(Kind.SIGMOID, 0, 0);
  public static final RecurrentActivation TANH = new RecurrentActivation(Kind.TANH, 0, 0);

  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;

  /** Replaces {@code count} floats, a multiple of the lane count. */
  void apply(long at, int count) {
    switch (kind) {
      case SIGMOID -> SigmoidF32.run(at, at, count);
      case TANH -> TanhF32.run(at, at, count);
      case RELU -> relu(at, count);
      case IDENTITY -> {}
      default -> {
        for (int i = 0; i < count; i++) {
          float x = Memory.ALL.get(Memory.F32, at + 4L * i);
          Memory.ALL.set(Memory.F32, at + 4L * i, (float) value(x));
        }
      }
    }
  }

  private static void relu(long at, int count) {
    int vectors = count / L;
    for (int k = 0; k < vectors; k++) {
      FloatVector v = FloatVector.fromMemorySegment(S, Memory.ALL, at + k * (4L * L), Lanes.ORDER);
      // Compare and blend: NaN stays NaN.
      v.blend(0f, v.compare(VectorOperators.LT, 0f))
          .intoMemorySegment(Memory.ALL, at + k * (4L * L), Lanes.ORDER);
    }
  }

  /** The value at x. */
  double value(double x) {
    return switch (kind) {
      case SIGMOID -> 1 / (1 + Math.exp(-x));
      case TANH -> Math.tanh(x);
      case RELU -> x < 0 ? 0 : x;
      case AFFINE -> alpha * x + beta;
      case LEAKY_RELU -> x < 0 ? alpha * x : x;
      case THRESHOLDED_RELU -> x >= alpha ? x : 0;
      case SCALED_TANH -> alpha * Math.tanh(beta * x);
      case HARD_SIGMOID -> Math.min(Math.max(alpha * x + beta, 0), 1);
      case ELU -> x < 0 ? alpha * Math.expm1(x) : x;
      case SOFTSIGN -> x / (1 + Math.abs(x));
      case SOFTPLUS -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
      case IDENTITY -> x;
    };
  }
}
