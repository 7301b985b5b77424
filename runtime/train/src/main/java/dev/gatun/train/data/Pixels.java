package dev.gatun.train.data;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Bytes as numbers. */
public final class Pixels {
  /** Each byte as float32: {@code value * scale + offset}. */
  public static Tensor toFloats(Tensor bytes, float scale, float offset) {
    if (bytes.dtype() != DType.U8) {
      throw new DataException("pixels are bytes (uint8), not " + bytes.dtype());
    }
    // Through an array: a loop over a segment of unknown kind is several times slower.
    byte[] src = bytes.data().toArray(ValueLayout.JAVA_BYTE);
    float[] dst = new float[src.length];
    for (int i = 0; i < src.length; i++) {
      dst[i] = (src[i] & 0xff) * scale + offset;
    }
    return wrap(dst, bytes.shape());
  }

  /** A float32 tensor that takes over its array. */
  static Tensor wrap(float[] values, Shape shape) {
    return Tensor.wrap(DType.F32, shape, MemorySegment.ofArray(values));
  }

  private Pixels() {}
}
