package dev.gatun.core.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An immutable dense tensor, row-major; nothing to close.
 *
 * <p>The elements lie in a heap array or in native memory that lives as long as it is reachable.
 * Element accessors convert between number types as a C cast does and are meant for inputs, outputs
 * and reference code, not for hot loops.
 */
public final class Tensor implements Datum {
  private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE_UNALIGNED;

  private final DType dtype;
  private final Shape shape;
  private final long elements;
  private final TensorData data;
  private @Nullable MemorySegment readOnly;
  // 0 until it is asked for: every pass looks up every constant, long before the JIT is warm.
  private int hash;
  private final String @Nullable [] strings;

  private Tensor(DType dtype, Shape shape, TensorData data, String @Nullable [] strings) {
    this.dtype = dtype;
    this.shape = shape;
    this.elements = shape.elements();
    this.data = data;
    this.strings = strings;
    long found = strings == null ? data.bytes() : strings.length;
    long expected = strings == null ? Math.multiplyExact(elements, dtype.bytes()) : elements;
    if (found != expected) {
      throw new ShapeException(
          String.format(
              Locale.ROOT,
              "a tensor %s%s needs %d %s, got %d",
              dtype,
              shape,
              expected,
              strings == null ? "bytes" : "strings",
              found));
    }
  }

  /** Takes over memory or strings without copying. */
  static Tensor adopt(DType dtype, Shape shape, MemorySegment data, String[] strings) {
    return new Tensor(
        dtype, shape, new TensorData.Kept(data), dtype == DType.STRING ? strings : null);
  }

  /** Wraps memory without copying; it must not change afterwards. */
  public static Tensor wrap(DType dtype, Shape shape, MemorySegment data) {
    if (dtype == DType.STRING) {
      throw new IllegalArgumentException("strings are not memory; use Tensor.of(String[], ...)");
    }
    return new Tensor(dtype, shape, new TensorData.Kept(data), null);
  }

  /**
   * A tensor whose elements are computed when somebody asks for them, and not kept: for weights
   * that are read once, to be packed.
   *
   * <p>It equals only tensors that are computed by an equal recipe.
   */
  public static Tensor computed(DType dtype, Shape shape, Recipe recipe) {
    if (dtype == DType.STRING) {
      throw new IllegalArgumentException("strings are not memory; use Tensor.of(String[], ...)");
    }
    long bytes = Math.multiplyExact(shape.elements(), dtype.bytes());
    return new Tensor(dtype, shape, new TensorData.Computed(bytes, recipe), null);
  }

  /** One number everywhere, rounded to the type; it is not kept in memory. */
  public static Tensor filled(DType dtype, Shape shape, double value) {
    return computed(dtype, shape, new Filling(dtype, value));
  }

  /** A float32 tensor; the array is copied. */
  public static Tensor of(float[] values, long... sizes) {
    return wrap(DType.F32, Shape.of(sizes), MemorySegment.ofArray(values.clone()));
  }

  /** A float64 tensor; the array is copied. */
  public static Tensor of(double[] values, long... sizes) {
    return wrap(DType.F64, Shape.of(sizes), MemorySegment.ofArray(values.clone()));
  }

  /** An int64 tensor; the array is copied. */
  public static Tensor of(long[] values, long... sizes) {
    return wrap(DType.I64, Shape.of(sizes), MemorySegment.ofArray(values.clone()));
  }

  /** An int32 tensor; the array is copied. */
  public static Tensor of(int[] values, long... sizes) {
    return wrap(DType.I32, Shape.of(sizes), MemorySegment.ofArray(values.clone()));
  }

  /** A boolean tensor; the array is copied. */
  public static Tensor of(boolean[] values, long... sizes) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) (values[i] ? 1 : 0);
    }
    return wrap(DType.BOOL, Shape.of(sizes), MemorySegment.ofArray(bytes));
  }

  /** A string tensor; the array is copied. */
  public static Tensor of(String[] values, long... sizes) {
    TensorData nothing = new TensorData.Kept(MemorySegment.ofArray(new byte[0]));
    return new Tensor(DType.STRING, Shape.of(sizes), nothing, values.clone());
  }

  /** A tensor of any number type, each value rounded to nearest even (truncated to integers). */
  public static Tensor rounded(DType dtype, Shape shape, double[] values) {
    if (dtype == DType.F64) {
      return wrap(dtype, shape, MemorySegment.ofArray(values));
    }
    if (dtype == DType.F32) {
      float[] floats = new float[values.length];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = (float) values[i];
      }
      return wrap(dtype, shape, MemorySegment.ofArray(floats));
    }
    TensorBuilder builder = new TensorBuilder(dtype, shape);
    for (int i = 0; i < values.length; i++) {
      builder.set(i, values[i]);
    }
    return builder.build();
  }

  /** A tensor of any number type; integers keep the low bits of each value. */
  public static Tensor whole(DType dtype, Shape shape, long[] values) {
    TensorBuilder builder = new TensorBuilder(dtype, shape);
    for (int i = 0; i < values.length; i++) {
      builder.set(i, values[i]);
    }
    return builder.build();
  }

  /** A single number of the given type, converted as a C cast does. */
  public static Tensor scalar(DType dtype, double value) {
    TensorBuilder builder = new TensorBuilder(dtype, Shape.SCALAR);
    builder.set(0, value);
    return builder.build();
  }

  /** A single int64. */
  public static Tensor scalar(long value) {
    return of(new long[] {value});
  }

  /** A vector of int64, as shapes and axes are. */
  public static Tensor vector(long... values) {
    return of(values, values.length);
  }

  public DType dtype() {
    return dtype;
  }

  public Shape shape() {
    return shape;
  }

  @Override
  public Type.OfTensor type() {
    return new Type.OfTensor(dtype, shape);
  }

  /** Number of elements. */
  public long elements() {
    return elements;
  }

  /** The elements as memory, read-only; not for strings. */
  public MemorySegment data() {
    if (!(data instanceof TensorData.Kept(MemorySegment memory))) {
      return memory().asReadOnly();
    }
    // Kept, since who feeds one batch after the other asks for it all the time; a race is harmless.
    MemorySegment known = readOnly;
    if (known == null) {
      known = memory.asReadOnly();
      readOnly = known;
    }
    return known;
  }

  /** The elements as memory. */
  MemorySegment memory() {
    return data.memory();
  }

  /** Number of bytes of the elements. */
  public long bytes() {
    return data.bytes();
  }

  /** True when {@link #data} is memory outside the heap that stays where it is. */
  public boolean isNative() {
    return data instanceof TensorData.Kept(MemorySegment memory) && memory.isNative();
  }

  /** Copies the elements; those of a computed tensor are written straight to their destination. */
  public void copyTo(MemorySegment to) {
    data.copyTo(to.asSlice(0, data.bytes()));
  }

  /**
   * Lets the system drop the pages of a tensor that is mapped from a file; they are read again when
   * somebody needs them.
   */
  public void unload() {
    unload(0, bytes());
  }

  /** The same for some bytes of the tensor. */
  public void unload(long first, long count) {
    if (data instanceof TensorData.Kept(MemorySegment memory) && memory.isMapped()) {
      memory.asSlice(first, count).unload();
    }
  }

  /** The same elements in another shape of as many elements. */
  public Tensor reshape(Shape other) {
    if (other.elements() != elements) {
      throw new ShapeException("cannot view " + shape + " as " + other + ": element counts differ");
    }
    return new Tensor(dtype, other, data, strings);
  }

  /** Element {@code i} in row-major order as a double; booleans are 0 or 1. */
  public double getDouble(long i) {
    return switch (dtype) {
      case F32 -> memory().get(F32, 4 * i);
      case F64 -> memory().get(F64, 8 * i);
      case F16 -> Float.float16ToFloat(memory().get(I16, 2 * i));
      case BF16 -> Float.intBitsToFloat(memory().get(I16, 2 * i) << 16);
      case F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1 ->
          SmallFloats.decode(dtype, memory().get(ValueLayout.JAVA_BYTE, i));
      case U64 -> unsigned(getLong(i));
      case I8, U8, I16, U16, I32, U32, I64, BOOL, I4, U4, I2, U2 -> getLong(i);
      case STRING -> throw notANumber();
    };
  }

  /** Element {@code i} as a float. */
  public float getFloat(long i) {
    return dtype == DType.F32 ? memory().get(F32, 4 * i) : (float) getDouble(i);
  }

  /** Element {@code i} as a long; floating values are truncated, uint64 keeps its bits. */
  public long getLong(long i) {
    return switch (dtype) {
      case I64, U64 -> memory().get(I64, 8 * i);
      case I32 -> memory().get(I32, 4 * i);
      case U32 -> Integer.toUnsignedLong(memory().get(I32, 4 * i));
      case I16 -> memory().get(I16, 2 * i);
      case U16 -> Short.toUnsignedLong(memory().get(I16, 2 * i));
      case I8, I4, I2 -> memory().get(ValueLayout.JAVA_BYTE, i);
      case U8, U4, U2, BOOL -> Byte.toUnsignedLong(memory().get(ValueLayout.JAVA_BYTE, i));
      case F32, F64, F16, BF16, F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1 ->
          (long) getDouble(i);
      case STRING -> throw notANumber();
    };
  }

  /** Element {@code i} as a boolean: anything but zero is true. */
  public boolean getBoolean(long i) {
    return dtype.isFloat() ? getDouble(i) != 0 : getLong(i) != 0;
  }

  /** Element {@code i} of a string tensor. */
  public String getString(long i) {
    if (strings == null) {
      throw new GatunException("a tensor of " + dtype + " holds no strings");
    }
    return strings[Math.toIntExact(i)];
  }

  /** All elements as floats. */
  public float[] toFloats() {
    if (dtype == DType.F32) {
      return memory().toArray(F32);
    }
    float[] values = new float[Math.toIntExact(elements)];
    for (int i = 0; i < values.length; i++) {
      values[i] = getFloat(i);
    }
    return values;
  }

  /** All elements as doubles. */
  public double[] toDoubles() {
    if (dtype == DType.F64) {
      return memory().toArray(F64);
    }
    double[] values = new double[Math.toIntExact(elements)];
    if (dtype == DType.F32) {
      float[] floats = memory().toArray(F32);
      for (int i = 0; i < values.length; i++) {
        values[i] = floats[i];
      }
    } else {
      for (int i = 0; i < values.length; i++) {
        values[i] = getDouble(i);
      }
    }
    return values;
  }

  /** All elements as longs. */
  public long[] toLongs() {
    long[] values = new long[Math.toIntExact(elements)];
    for (int i = 0; i < values.length; i++) {
      values[i] = getLong(i);
    }
    return values;
  }

  private static double unsigned(long bits) {
    return bits >= 0 ? bits : (bits >>> 1 | bits & 1) * 2.0;
  }

  private static GatunException notANumber() {
    return new GatunException("a tensor of strings holds no numbers");
  }

  /** Equal type, shape and bits (so NaN equals the same NaN). */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Tensor tensor
        && dtype == tensor.dtype
        && shape.equals(tensor.shape)
        && Arrays.equals(strings, tensor.strings)
        && data.equals(tensor.data);
  }

  @Override
  public int hashCode() {
    int known = hash;
    if (known == 0) {
      int type = 31 * dtype.hashCode() + shape.hashCode();
      known = 31 * type + (strings != null ? Arrays.hashCode(strings) : data.hashCode());
      hash = known;
    }
    return known;
  }

  /** Type, shape and the first elements. */
  @Override
  public String toString() {
    long shown = Math.min(elements, 8);
    Object[] values = new Object[(int) shown];
    for (int i = 0; i < shown; i++) {
      values[i] =
          strings != null
              ? '"' + strings[i] + '"'
              : dtype == DType.BOOL
                  ? (Object) getBoolean(i)
                  : dtype.isFloat() ? (Object) getFloat(i) : (Object) getLong(i);
    }
    String list = List.of(values).toString();
    return type() + (shown < elements ? list.substring(0, list.length() - 1) + ", ...]" : list);
  }
}
