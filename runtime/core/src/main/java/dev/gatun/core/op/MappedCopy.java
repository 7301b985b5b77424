package dev.gatun.core.op;

import dev.gatun.core.graph.Indexer;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import java.util.Arrays;

/**
 * Copies a tensor with a table of source indices for each axis: pad, tile and roll are each one
 * call.
 */
final class MappedCopy {
  /** dst[p0, p1, ...] = src[maps[0][p0], maps[1][p1], ...]; where a table says -1 dst stays. */
  static void into(TensorBuilder dst, Tensor src, long[][] maps) {
    long[] strides = Indexer.strides(src.shape());
    Shape shape = dst.shape();
    Indexer at = new Indexer(shape);
    long elements = shape.elements();
    for (long i = 0; i < elements; i++, at.step()) {
      long from = 0;
      for (int axis = 0; axis < maps.length && from >= 0; axis++) {
        long index = maps[axis][(int) at.position(axis)];
        from = index < 0 ? -1 : from + index * strides[axis];
      }
      if (from >= 0) {
        dst.copy(i, src, from);
      }
    }
  }

  /** Tables that leave every index alone, to be changed axis by axis. */
  static long[][] same(Shape shape) {
    long[][] maps = new long[shape.rank()][];
    for (int axis = 0; axis < maps.length; axis++) {
      maps[axis] = new long[Sizes.toInt(shape.size(axis))];
      Arrays.setAll(maps[axis], i -> i);
    }
    return maps;
  }

  private MappedCopy() {}
}
