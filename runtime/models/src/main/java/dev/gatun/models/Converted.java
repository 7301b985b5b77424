package dev.gatun.models;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Recipe;
import dev.gatun.core.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * A tensor of a file as float32: 16-bit floats are widened when they are read, so that they stay in
 * the mapped file until then.
 */
record Converted(Tensor source) implements Recipe {
  // Smaller ones are kept: they are looked at more often than they are packed.
  private static final long LARGE = 1 << 16;

  /** The tensor, or nothing if it is no floating one. */
  static Optional<Tensor> toFloat(Tensor source) {
    if (source.dtype() == DType.F32) {
      return Optional.of(source);
    }
    if (!source.dtype().isFloat()) {
      return Optional.empty();
    }
    Tensor tensor = Tensor.computed(DType.F32, source.shape(), new Converted(source));
    return Optional.of(
        source.elements() >= LARGE
            ? tensor
            : Tensor.wrap(DType.F32, source.shape(), MemorySegment.ofArray(tensor.toFloats())));
  }

  @Override
  public void write(MemorySegment to) {
    MemorySegment from = source.data();
    boolean brain = source.dtype() == DType.BF16;
    boolean half = source.dtype() == DType.F16;
    for (long i = 0; i < source.elements(); i++) {
      float value;
      if (brain) {
        int bits = from.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * i);
        value = Float.intBitsToFloat(bits << 16);
      } else if (half) {
        value = Float.float16ToFloat(from.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * i));
      } else {
        value = (float) source.getDouble(i);
      }
      to.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, value);
    }
  }
}
