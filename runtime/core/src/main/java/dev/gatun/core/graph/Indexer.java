package dev.gatun.core.graph;

import dev.gatun.core.tensor.Shape;

/**
 * Walks all positions of a shape in row-major order and keeps the element offsets of several
 * tensors that are read with strides of their own (0 to repeat, negative to walk backwards).
 *
 * <p>For reference code:
 *
 * <pre>{@code
 * Indexer at = new Indexer(shape, stridesX, stridesY);
 * for (long i = 0; i < shape.elements(); i++, at.step()) { ... x.getDouble(at.offset(0)) ... }
 * }</pre>
 */
public final class Indexer {
  private final long[] sizes;
  private final long[][] strides;
  private final long[] position;
  private final long[] offsets;

  /** Starts at the first position with all offsets 0; one stride an axis of the fixed shape. */
  public Indexer(Shape shape, long[]... strides) {
    this.sizes = shape.sizes();
    this.strides = strides;
    this.position = new long[sizes.length];
    this.offsets = new long[strides.length];
    for (long[] s : strides) {
      if (s.length != sizes.length) {
        throw new IllegalArgumentException(s.length + " strides for shape " + shape);
      }
    }
  }

  /** Strides of a row-major tensor. */
  public static long[] strides(Shape shape) {
    long[] strides = new long[shape.rank()];
    long step = 1;
    for (int axis = strides.length - 1; axis >= 0; axis--) {
      strides[axis] = step;
      step *= shape.size(axis);
    }
    return strides;
  }

  /** Index along an axis. */
  public long position(int axis) {
    return position[axis];
  }

  /** Offset of tensor {@code k} at this position. */
  public long offset(int k) {
    return offsets[k];
  }

  /** The current offsets; they change with each step. */
  long[] offsets() {
    return offsets;
  }

  /** To the next position; after the last one it is the first again. */
  public void step() {
    for (int axis = sizes.length - 1; axis >= 0; axis--) {
      position[axis]++;
      for (int t = 0; t < strides.length; t++) {
        offsets[t] += strides[t][axis];
      }
      if (position[axis] < sizes[axis]) {
        return;
      }
      for (int t = 0; t < strides.length; t++) {
        offsets[t] -= strides[t][axis] * position[axis];
      }
      position[axis] = 0;
    }
  }
}
