package dev.gatun.vision;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A picture as numbers: plane after plane, each row by row.
 *
 * @param dtype of the tensor it becomes again; bytes are rounded and kept within 0 and 255
 */
record Picture(float[] values, int channels, int height, int width, DType dtype) {
  static Picture of(Tensor tensor) {
    Shape shape = tensor.shape();
    boolean bytes = tensor.dtype() == DType.U8;
    if (shape.rank() != 3 || !bytes && tensor.dtype() != DType.F32 || shape.elements() == 0) {
      throw new VisionException(
          "pictures are uint8 or float32 [channels, height, width], not " + tensor.type());
    }
    float[] values;
    if (bytes) {
      byte[] src = tensor.data().toArray(ValueLayout.JAVA_BYTE);
      values = new float[src.length];
      for (int i = 0; i < src.length; i++) {
        values[i] = src[i] & 0xff;
      }
    } else {
      values = tensor.toFloats();
    }
    return new Picture(
        values, (int) shape.size(0), (int) shape.size(1), (int) shape.size(2), tensor.dtype());
  }

  /** Elements of a plane. */
  int area() {
    return height * width;
  }

  /** What white is. */
  float bound() {
    return dtype == DType.U8 ? 255 : 1;
  }

  /** A picture of the same size with other values. */
  Picture with(float[] others) {
    return new Picture(others, others.length / area(), height, width, dtype);
  }

  /** A picture of the same channels in another size. */
  Picture sized(float[] others, int newHeight, int newWidth) {
    return new Picture(others, channels, newHeight, newWidth, dtype);
  }

  /** An empty copy of the values. */
  float[] blank() {
    return new float[values.length];
  }

  Tensor tensor() {
    Shape shape = Shape.of(channels, height, width);
    if (dtype != DType.U8) {
      return Tensor.wrap(DType.F32, shape, MemorySegment.ofArray(values));
    }
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Math.clamp(Math.round(values[i]), 0, 255);
    }
    return Tensor.wrap(DType.U8, shape, MemorySegment.ofArray(bytes));
  }
}
