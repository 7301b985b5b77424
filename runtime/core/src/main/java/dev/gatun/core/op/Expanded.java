package dev.gatun.core.op;

import dev.gatun.core.graph.Broadcast;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;

/**
 * Elements repeated to a larger shape by NumPy's rule: the slow way to broadcast, for references.
 */
final class Expanded {
  /** The elements of a tensor as those of shape {@code to}. */
  static double[] to(Tensor tensor, Shape to) {
    return to(tensor.toDoubles(), tensor.shape(), to);
  }

  static double[] to(double[] values, Shape from, Shape to) {
    if (from.equals(to)) {
      return values;
    }
    long[] strides = Broadcast.strides(from, to);
    int rank = to.rank();
    double[] result = new double[Math.toIntExact(to.elements())];
    int[] position = new int[rank];
    long offset = 0;
    for (int i = 0; i < result.length; i++) {
      result[i] = values[(int) offset];
      for (int axis = rank - 1; axis >= 0; axis--) {
        position[axis]++;
        offset += strides[axis];
        if (position[axis] < to.size(axis)) {
          break;
        }
        offset -= strides[axis] * position[axis];
        position[axis] = 0;
      }
    }
    return result;
  }

  private Expanded() {}
}
