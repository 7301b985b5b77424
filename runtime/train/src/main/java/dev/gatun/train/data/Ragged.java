package dev.gatun.train.data;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Values of different sizes filled up to the same. */
final class Ragged {
  /** The largest size of each axis of a field, rounded up to a multiple on the first axis. */
  static Shape largest(List<Sample> samples, int field, int multiple) {
    Sample first = samples.get(0);
    long[] sizes = first.value(field).shape().sizes();
    for (Sample sample : samples) {
      Tensor value = sample.value(field);
      if (value.dtype() == DType.STRING || value.shape().rank() != sizes.length) {
        throw new DataException(
            sample.origin()
                + ": field '"
                + first.names().get(field)
                + "' is "
                + value.type()
                + " and cannot be padded to the "
                + sizes.length
                + " axes of "
                + first.origin());
      }
      for (int axis = 0; axis < sizes.length; axis++) {
        sizes[axis] = Math.max(sizes[axis], value.shape().size(axis));
      }
    }
    if (sizes.length == 0) {
      throw new DataException(
          first.origin() + ": field '" + first.names().get(field) + "' has no axis to pad");
    }
    sizes[0] = Math.ceilDiv(sizes[0], multiple) * multiple;
    return Shape.of(sizes);
  }

  /** Copies a value into a larger block of memory and fills the rest. */
  static void copy(Tensor value, Shape to, double fill, MemorySegment block) {
    int width = value.dtype().bytes();
    if (value.bytes() < block.byteSize()) {
      fill(value.dtype(), fill, block);
    }
    MemorySegment data = value.data();
    long run = 1; // elements that lie together in both
    int axis = to.rank() - 1;
    while (axis > 0 && value.shape().size(axis) == to.size(axis)) {
      run *= to.size(axis--);
    }
    run *= value.shape().size(axis);
    long runs = run == 0 ? 0 : value.elements() / run;
    for (long r = 0; r < runs; r++) {
      long at = 0;
      long stride = to.size(axis);
      for (int a = axis + 1; a < to.rank(); a++) {
        stride *= to.size(a);
      }
      long left = r;
      for (int a = axis - 1; a >= 0; a--) {
        at += left % value.shape().size(a) * stride;
        left /= value.shape().size(a);
        stride *= to.size(a);
      }
      MemorySegment.copy(data, r * run * width, block, at * width, run * width);
    }
  }

  private static void fill(DType dtype, double value, MemorySegment block) {
    if (value == 0) {
      block.fill((byte) 0);
      return;
    }
    TensorBuilder one = new TensorBuilder(dtype, Shape.SCALAR);
    one.set(0, value);
    MemorySegment bits = one.build().data();
    int width = dtype.bytes();
    for (long at = 0; at < block.byteSize(); at += width) {
      MemorySegment.copy(bits, 0, block, at, width);
    }
  }

  /** float32 [N, largest]: 1 where there is data. */
  static Tensor mask(long[] lengths, int largest) {
    float[] mask = new float[lengths.length * largest];
    for (int i = 0; i < lengths.length; i++) {
      for (int t = 0; t < lengths[i]; t++) {
        mask[i * largest + t] = 1;
      }
    }
    return Tensor.of(mask, lengths.length, largest);
  }

  private Ragged() {}
}
