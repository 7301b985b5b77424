package dev.gatun.core.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Fills a tensor element by element; the slow and obvious way that reference code uses. */
public final class TensorBuilder {
  private final DType dtype;
  private final Shape shape;
  private final MemorySegment data;
  private final String[] strings;

  /** A tensor of zeros (or empty strings) to be filled; the shape must be fixed. */
  public TensorBuilder(DType dtype, Shape shape) {
    this.dtype = dtype;
    this.shape = shape;
    if (shape.elements() > Integer.MAX_VALUE - 16) {
      throw new ShapeException(
          "shape " + shape + " has too many elements for a tensor on the heap");
    }
    // A hostile model may ask for any size; half the heap leaves room to say so.
    long bytes = shape.elements() * dtype.bytes();
    if (bytes > Runtime.getRuntime().maxMemory() / 2) {
      throw new ShapeException(
          "a tensor of shape " + shape + " needs " + bytes + " bytes, more than half the heap");
    }
    int count = (int) shape.elements();
    strings = new String[dtype == DType.STRING ? count : 0];
    Arrays.fill(strings, "");
    data =
        switch (dtype.bytes()) {
          case 8 -> MemorySegment.ofArray(new long[count]);
          case 4 -> MemorySegment.ofArray(new int[count]);
          case 2 -> MemorySegment.ofArray(new short[count]);
          case 1 -> MemorySegment.ofArray(new byte[count]);
          default -> MemorySegment.ofArray(new byte[0]);
        };
  }

  public Shape shape() {
    return shape;
  }

  public DType dtype() {
    return dtype;
  }

  /**
   * Sets element {@code i}, rounding to nearest even for floats, truncating for integers. What is
   * too large for a type below 16 bits becomes its largest value; only infinity stays where there
   * is one.
   */
  public void set(long i, double value) {
    switch (dtype) {
      case F32 -> data.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * i, (float) value);
      case F64 -> data.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, 8 * i, value);
      case F16 -> data.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * i, SmallFloats.toF16(value));
      case BF16 -> data.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * i, SmallFloats.toBf16(value));
      case F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1 ->
          data.set(
              ValueLayout.JAVA_BYTE,
              i,
              SmallFloats.encode(dtype, value, dtype != DType.F8E5M2 || !Double.isInfinite(value)));
      case BOOL -> set(i, value != 0 ? 1L : 0L);
      case U64 -> set(i, value >= 0x1p63 ? (long) (value - 0x1p63) ^ Long.MIN_VALUE : (long) value);
      case I8, U8, I16, U16, I32, U32, I64, I4, U4, I2, U2 -> set(i, (long) value);
      case STRING -> throw new GatunException("a tensor of strings holds no numbers");
    }
  }

  /** Sets element {@code i} from a long; integers keep their low bits. */
  public void set(long i, long value) {
    switch (dtype) {
      case I64, U64 -> data.set(ValueLayout.JAVA_LONG_UNALIGNED, 8 * i, value);
      case I32, U32 -> data.set(ValueLayout.JAVA_INT_UNALIGNED, 4 * i, (int) value);
      case I16, U16 -> data.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * i, (short) value);
      case I8, U8 -> data.set(ValueLayout.JAVA_BYTE, i, (byte) value);
      case I4 -> data.set(ValueLayout.JAVA_BYTE, i, (byte) (value << 60 >> 60));
      case U4 -> data.set(ValueLayout.JAVA_BYTE, i, (byte) (value & 15));
      case I2 -> data.set(ValueLayout.JAVA_BYTE, i, (byte) (value << 62 >> 62));
      case U2 -> data.set(ValueLayout.JAVA_BYTE, i, (byte) (value & 3));
      case BOOL -> data.set(ValueLayout.JAVA_BYTE, i, (byte) (value != 0 ? 1 : 0));
      case F32, F64, F16, BF16, F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1 ->
          set(i, (double) value);
      case STRING -> throw new GatunException("a tensor of strings holds no numbers");
    }
  }

  /** Sets element {@code i} of a boolean tensor. */
  public void set(long i, boolean value) {
    set(i, value ? 1L : 0L);
  }

  /** Sets element {@code i} of a string tensor. */
  public void set(long i, String value) {
    strings[Math.toIntExact(i)] = value;
  }

  /** Copies one element of a tensor of the same type. */
  public void copy(long i, Tensor src, long from) {
    if (dtype == DType.STRING) {
      set(i, src.getString(from));
    } else {
      MemorySegment memory = src.memory();
      switch (dtype.bytes()) {
        case 1 -> data.set(ValueLayout.JAVA_BYTE, i, memory.get(ValueLayout.JAVA_BYTE, from));
        case 2 ->
            data.set(
                ValueLayout.JAVA_SHORT_UNALIGNED,
                2 * i,
                memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * from));
        case 4 ->
            data.set(
                ValueLayout.JAVA_INT_UNALIGNED,
                4 * i,
                memory.get(ValueLayout.JAVA_INT_UNALIGNED, 4 * from));
        default ->
            data.set(
                ValueLayout.JAVA_LONG_UNALIGNED,
                8 * i,
                memory.get(ValueLayout.JAVA_LONG_UNALIGNED, 8 * from));
      }
    }
  }

  /** Copies {@code count} neighbouring elements of a tensor of the same type. */
  public void copy(long i, Tensor src, long from, long count) {
    if (dtype == DType.STRING) {
      for (long k = 0; k < count; k++) {
        set(i + k, src.getString(from + k));
      }
    } else {
      long bytes = dtype.bytes();
      MemorySegment.copy(src.memory(), bytes * from, data, bytes * i, bytes * count);
    }
  }

  /** What was set so far; it changes with the builder, so it must not outlive the filling. */
  public Tensor view() {
    return Tensor.adopt(dtype, shape, data, strings);
  }

  /** The finished tensor; the builder must not be used afterwards. */
  public Tensor build() {
    return Tensor.adopt(dtype, shape, data, strings);
  }
}
