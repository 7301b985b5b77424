package dev.gatun.core.fuse;

import dev.gatun.core.tensor.Recipe;
import dev.gatun.core.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Float32 matrices of equal depth as one: [depth, columns...] or, turned, [columns..., depth]. They
 * are joined when the result is packed, not kept a second time.
 */
final class SideBySide implements Recipe {
  private final List<Tensor> matrices;
  private final boolean turned;
  private final long depth;
  private final long columns;

  SideBySide(List<Tensor> matrices, boolean turned) {
    this.matrices = List.copyOf(matrices);
    this.turned = turned;
    depth = matrices.get(0).shape().size(turned ? 1 : 0);
    columns = matrices.stream().mapToLong(m -> m.shape().size(turned ? 0 : 1)).sum();
  }

  /** The joined matrix. */
  Tensor tensor() {
    return Tensor.computed(
        matrices.get(0).dtype(),
        turned
            ? dev.gatun.core.tensor.Shape.of(columns, depth)
            : dev.gatun.core.tensor.Shape.of(depth, columns),
        this);
  }

  @Override
  public void write(MemorySegment to) {
    long at = 0;
    for (Tensor matrix : matrices) {
      if (turned) {
        long bytes = 4 * matrix.elements();
        matrix.copyTo(to.asSlice(at, bytes));
        at += bytes;
      } else {
        MemorySegment from = matrix.data();
        long rowBytes = 4 * matrix.shape().size(1);
        for (long k = 0; k < depth; k++) {
          MemorySegment.copy(from, k * rowBytes, to, 4 * k * columns + at, rowBytes);
        }
        at += rowBytes;
      }
    }
  }
}
