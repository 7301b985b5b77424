package dev.gatun.formats.onnx.proto;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.formats.FormatException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * Makes tensors of {@link TensorProto}s: bytes stay where they are in the mapped file, numbers in
 * typed fields are decoded, packed 4-bit and 2-bit elements are spread to one byte each.
 */
public final class TensorDecoder {
  // A sparse tensor of a few bytes may claim any size; more than this must be backed by the file's
  // size.
  private static final long MAX_SPARSE_BYTES = 256L << 20;

  private final Optional<ExternalData> external;

  /**
   * Creates a decoder.
   *
   * @param external where other files may be read; empty when tensors must be self-contained
   */
  public TensorDecoder(Optional<ExternalData> external) {
    this.external = external;
  }

  /** The tensor. */
  public Tensor decode(TensorProto proto) {
    DType dtype = DataTypes.find(proto.dataType());
    if (dtype == null) {
      throw new FormatException(proto.title() + ": " + DataTypes.problem(proto.dataType()));
    }
    Shape shape = shape(proto.title(), proto.dims());
    if (!proto.external().isEmpty()) {
      ExternalData files =
          external.orElseThrow(
              () -> new FormatException(proto.title() + ": its data is in another file"));
      return raw(proto, dtype, shape, files.read(proto));
    }
    if (dtype == DType.STRING) {
      expect(proto, shape.elements(), proto.strings().size(), "strings");
      return Tensor.of(proto.strings().toArray(String[]::new), shape.sizes());
    }
    MemorySegment raw = proto.raw();
    if (raw != null && (raw.byteSize() > 0 || proto.numbers().size() == 0)) {
      return raw(proto, dtype, shape, raw);
    }
    return numbers(proto, dtype, shape);
  }

  /** The sizes as a shape whose number of elements is a number. */
  static Shape shape(String title, long[] dims) {
    for (long dim : dims) {
      if (dim < 0) {
        throw new FormatException(title + ": negative dimension " + dim);
      }
    }
    long elements = 1;
    for (long dim : dims) {
      // Never more than 2^59 elements, so that bytes and bits of them are numbers too.
      if (dim > 0 && elements > Long.MAX_VALUE / 16 / dim) {
        throw new FormatException(title + ": no tensor is this large");
      }
      elements *= Math.max(dim, 1);
    }
    return Shape.of(dims);
  }

  private static Tensor raw(TensorProto proto, DType dtype, Shape shape, MemorySegment raw) {
    if (dtype == DType.STRING) {
      throw new FormatException(proto.title() + ": strings cannot be raw data");
    }
    int bits = DataTypes.bits(dtype);
    long elements = shape.elements();
    expect(
        proto,
        bits < 8 ? (elements * bits + 7) / 8 : elements * dtype.bytes(),
        raw.byteSize(),
        "bytes");
    return bits < 8 ? unpack(dtype, shape, raw) : Tensor.wrap(dtype, shape, raw);
  }

  // The first element is in the lowest bits.
  private static Tensor unpack(DType dtype, Shape shape, MemorySegment packed) {
    int bits = DataTypes.bits(dtype);
    int perByte = 8 / bits;
    int mask = (1 << bits) - 1;
    byte[] bytes = new byte[Math.toIntExact(shape.elements())];
    for (int i = 0; i < bytes.length; i++) {
      int value = packed.get(ValueLayout.JAVA_BYTE, i / perByte) >> bits * (i % perByte) & mask;
      bytes[i] = (byte) (dtype.kind() == DType.Kind.INT ? value << 32 - bits >> 32 - bits : value);
    }
    return Tensor.wrap(dtype, shape, MemorySegment.ofArray(bytes));
  }

  private static Tensor numbers(TensorProto proto, DType dtype, Shape shape) {
    int bits = DataTypes.bits(dtype);
    long elements = shape.elements();
    int count = proto.numbers().size();
    if (bits < 8) {
      expect(proto, (elements * bits + 7) / 8, count, "packed bytes");
      byte[] bytes = new byte[count];
      for (int i = 0; i < count; i++) {
        bytes[i] = (byte) proto.numbers().get(i);
      }
      return unpack(dtype, shape, MemorySegment.ofArray(bytes));
    }
    expect(proto, elements, count, "numbers");
    MemorySegment data =
        switch (bits) {
          case 64 -> MemorySegment.ofArray(proto.numbers().toArray());
          case 32 -> MemorySegment.ofArray(new int[count]);
          case 16 -> MemorySegment.ofArray(new short[count]);
          default -> MemorySegment.ofArray(new byte[count]);
        };
    for (int i = 0; i < count && bits < 64; i++) {
      long value = proto.numbers().get(i);
      switch (bits) {
        case 32 -> data.set(ValueLayout.JAVA_INT_UNALIGNED, 4L * i, (int) value);
        case 16 -> data.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i, (short) value);
        default -> data.set(ValueLayout.JAVA_BYTE, i, (byte) value);
      }
    }
    return Tensor.wrap(dtype, shape, data);
  }

  private static void expect(TensorProto proto, long expected, long found, String what) {
    if (found != expected) {
      throw new FormatException(
          proto.title() + ": needs " + expected + " " + what + ", the file has " + found);
    }
  }

  /** The dense form of a sparse tensor. */
  public Tensor decode(SparseTensorProto sparse, String file) {
    String title = file + ", sparse tensor '" + sparse.name() + "'";
    Tensor values = part(sparse.values(), title, "values");
    Tensor indices = part(sparse.indices(), title, "indices");
    Shape shape = shape(title, sparse.dims());
    long bytes = shape.elements() * Math.max(1, values.dtype().bytes());
    if (bytes > MAX_SPARSE_BYTES && bytes / 1000 > values.elements() * 8) {
      throw new FormatException(
          title + ": " + values.elements() + " values claim " + bytes + " bytes");
    }
    if (indices.dtype() != DType.I64 || values.shape().rank() != 1) {
      throw new FormatException(title + ": needs a vector of values and int64 indices");
    }
    int rank = shape.rank();
    boolean linear = indices.shape().rank() == 1;
    if (indices.elements() != values.elements() * (linear ? 1 : rank)) {
      throw new FormatException(
          title + ": " + values.shape() + " values but indices " + indices.shape());
    }
    TensorBuilder dense = new TensorBuilder(values.dtype(), shape);
    for (long i = 0; i < values.elements(); i++) {
      long at = linear ? indices.getLong(i) : 0;
      for (int axis = 0; axis < rank && !linear; axis++) {
        long index = indices.getLong(i * rank + axis);
        at = index < 0 || index >= shape.size(axis) ? -1 : at * shape.size(axis) + index;
        if (at < 0) {
          break;
        }
      }
      if (at < 0 || at >= shape.elements()) {
        throw new FormatException(title + ": index of value " + i + " is outside " + shape);
      }
      dense.copy(at, values, i);
    }
    return dense.build();
  }

  private Tensor part(Optional<TensorProto> part, String title, String what) {
    return decode(part.orElseThrow(() -> new FormatException(title + " has no " + what)));
  }
}
