package dev.gatun.core.op;

import dev.gatun.core.graph.Indexer;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;

/**
 * Copies a tensor read with other strides: transpose, slice, expand, flip are each one call.
 *
 * <p>Runs along the last axis are copied at once where the source is contiguous too.
 */
final class StridedCopy {
  /** dst[p] = src[offset + sum of p[axis] * strides[axis]] for all positions p of {@code shape}. */
  static Tensor copy(Tensor src, Shape shape, long offset, long[] strides) {
    TensorBuilder dst = new TensorBuilder(src.dtype(), shape);
    into(dst, 0, Indexer.strides(shape), src, shape, offset, strides);
    return dst.build();
  }

  /** The same into a part of a larger tensor that starts at {@code to} and has its own strides. */
  static void into(
      TensorBuilder dst,
      long to,
      long[] dstStrides,
      Tensor src,
      Shape shape,
      long offset,
      long[] strides) {
    int rank = shape.rank();
    long elements = shape.elements();
    if (elements == 0) {
      return;
    }
    int tail = rank; // axes from here on are contiguous in both
    long run = 1;
    while (tail > 0
        && (shape.size(tail - 1) == 1
            || (strides[tail - 1] == run && dstStrides[tail - 1] == run))) {
      tail--;
      run *= shape.size(tail);
    }
    Shape outer = Shape.of(java.util.Arrays.copyOf(shape.sizes(), tail));
    Indexer at =
        new Indexer(
            outer,
            java.util.Arrays.copyOf(strides, tail),
            java.util.Arrays.copyOf(dstStrides, tail));
    if (run == 1) {
      for (long i = 0; i < elements; i++, at.step()) {
        dst.copy(to + at.offset(1), src, offset + at.offset(0));
      }
      return;
    }
    for (long i = 0; i < elements / run; i++, at.step()) {
      dst.copy(to + at.offset(1), src, offset + at.offset(0), run);
    }
  }

  private StridedCopy() {}
}
