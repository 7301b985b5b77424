package dev.gatun.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Slopes of activations from their values: of those whose value tells the slope. */
final class RecurrentSlopeF32 {
  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int L = Lanes.F32_LENGTH;
  private static final long BYTES = 4L * L;

  static boolean has(RecurrentActivation activation) {
    return switch (activation.kind()) {
      case SIGMOID, TANH, RELU -> true;
      default -> false;
    };
  }

  /** to = the slope where the activation has the value {@code from}; whole vectors. */
  static void run(RecurrentActivation activation, long from, long to, int count) {
    switch (activation.kind()) {
      case SIGMOID -> sigmoid(from, to, count / L);
      case TANH -> tanh(from, to, count / L);
      case RELU -> relu(from, to, count / L);
      default -> throw new IllegalArgumentException("no slope from a value of " + activation);
    }
  }

  private static void sigmoid(long from, long to, int vectors) {
    FloatVector one = FloatVector.broadcast(S, 1f);
    for (int k = 0; k < vectors; k++) {
      FloatVector y = FloatVector.fromMemorySegment(S, Memory.ALL, from + k * BYTES, Lanes.ORDER);
      y.mul(one.sub(y)).intoMemorySegment(Memory.ALL, to + k * BYTES, Lanes.ORDER);
    }
  }

  private static void tanh(long from, long to, int vectors) {
    FloatVector one = FloatVector.broadcast(S, 1f);
    for (int k = 0; k < vectors; k++) {
      FloatVector y = FloatVector.fromMemorySegment(S, Memory.ALL, from + k * BYTES, Lanes.ORDER);
      one.sub(y.mul(y)).intoMemorySegment(Memory.ALL, to + k * BYTES, Lanes.ORDER);
    }
  }

  private static void relu(long from, long to, int vectors) {
    FloatVector one = FloatVector.broadcast(S, 1f);
    FloatVector zero = FloatVector.zero(S);
    for (int k = 0; k < vectors; k++) {
      FloatVector y = FloatVector.fromMemorySegment(S, Memory.ALL, from + k * BYTES, Lanes.ORDER);
      zero.blend(one, y.compare(VectorOperators.GT, 0f))
          .intoMemorySegment(Memory.ALL, to + k * BYTES, Lanes.ORDER);
    }
  }

  private RecurrentSlopeF32() {}
}
