package dev.gatun.formats;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * NumPy's .npy files, format versions 1 to 3 (numpy.lib.format): one tensor of numbers or booleans.
 *
 * <p>The header is a Python literal; it is matched against the one form NumPy writes and never
 * evaluated. Object arrays are refused. Row-major data of this machine's byte order is not copied.
 */
public final class Npy {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /** A header is short; anything longer is damage. */
  private static final int MAX_HEADER = 1 << 16;

  private static final Pattern DESCR = Pattern.compile("'descr':\\s*'([^']*)'");
  private static final Pattern FORTRAN = Pattern.compile("'fortran_order':\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape':\\s*\\(([0-9,\\s]*)\\)");

  private static final Map<String, DType> TYPES =
      Map.ofEntries(
          Map.entry("f2", DType.F16),
          Map.entry("f4", DType.F32),
          Map.entry("f8", DType.F64),
          Map.entry("i1", DType.I8),
          Map.entry("i2", DType.I16),
          Map.entry("i4", DType.I32),
          Map.entry("i8", DType.I64),
          Map.entry("u1", DType.U8),
          Map.entry("u2", DType.U16),
          Map.entry("u4", DType.U32),
          Map.entry("u8", DType.U64),
          Map.entry("b1", DType.BOOL));

  /** Reads a file. */
  public static Tensor read(Path path) {
    return read(FileBytes.open(path));
  }

  /** Reads the bytes of a file. */
  static Tensor read(FileBytes file) {
    MemorySegment data = file.data();
    String name = file.name();
    if (data.byteSize() < 10 || !startsWithMagic(data)) {
      throw FormatException.at(name, 0, "is no .npy file: it does not begin with \\x93NUMPY");
    }
    int major = data.get(ValueLayout.JAVA_BYTE, 6);
    if (major < 1 || major > 3) {
      throw FormatException.at(name, 6, "has .npy version " + major + "; 1 to 3 are known");
    }
    int prefix = major == 1 ? 10 : 12;
    if (data.byteSize() < prefix) {
      throw FormatException.at(name, data.byteSize(), "ends in the header");
    }
    ValueLayout.OfInt word = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    ValueLayout.OfShort half = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    long length =
        major == 1
            ? Short.toUnsignedLong(data.get(half, 8))
            : Integer.toUnsignedLong(data.get(word, 8));
    if (length > MAX_HEADER || prefix + length > data.byteSize()) {
      throw FormatException.at(name, 8, "has a header of " + length + " bytes, more than the file");
    }
    byte[] bytes = data.asSlice(prefix, length).toArray(ValueLayout.JAVA_BYTE);
    String header = new String(bytes, StandardCharsets.UTF_8);
    return tensor(name, header, data.asSlice(prefix + length), prefix + length);
  }

  private static boolean startsWithMagic(MemorySegment data) {
    return MemorySegment.mismatch(
            data, 0, MAGIC.length, MemorySegment.ofArray(MAGIC), 0, MAGIC.length)
        < 0;
  }

  private static Tensor tensor(String name, String header, MemorySegment data, long offset) {
    String descr = field(DESCR, header, name);
    DType dtype = descr.length() < 2 ? null : TYPES.get(descr.substring(1));
    if (dtype == null || "<>=|".indexOf(descr.charAt(0)) < 0) {
      throw FormatException.at(
          name, 10, "has elements '" + descr + "'; numbers and booleans can be read");
    }
    boolean fortran = field(FORTRAN, header, name).equals("True");
    List<Long> sizes = new ArrayList<>();
    for (String size : field(SHAPE, header, name).split(",", -1)) {
      if (!size.isBlank()) {
        try {
          sizes.add(Long.parseLong(size.strip()));
        } catch (NumberFormatException e) {
          throw FormatException.at(name, 10, "has the size " + size.strip());
        }
      }
    }
    long[] shape = sizes.stream().mapToLong(Long::longValue).toArray();
    long bytes;
    try {
      bytes = Math.multiplyExact(Shape.of(shape).elements(), (long) dtype.bytes());
    } catch (ArithmeticException e) {
      throw FormatException.at(name, 10, "has a shape " + sizes + " beyond 2^63 elements");
    }
    if (bytes > data.byteSize()) {
      throw FormatException.at(
          name,
          offset,
          "has "
              + data.byteSize()
              + " bytes of data, "
              + sizes
              + " of "
              + dtype
              + " need "
              + bytes);
    }
    boolean big = descr.charAt(0) == '>' && dtype.bytes() > 1;
    MemorySegment exact = data.asSlice(0, bytes);
    Tensor read =
        Tensor.wrap(
            dtype,
            Shape.of(fortran ? reversed(shape) : shape),
            big ? swapped(exact, dtype) : exact);
    return fortran ? transposed(read) : read;
  }

  private static String field(Pattern pattern, String header, String name) {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw FormatException.at(
          name, 10, "has a header without " + pattern.pattern() + ": " + header.strip());
    }
    return matcher.group(1);
  }

  private static long[] reversed(long[] sizes) {
    long[] result = new long[sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      result[i] = sizes[sizes.length - 1 - i];
    }
    return result;
  }

  private static MemorySegment swapped(MemorySegment data, DType dtype) {
    int width = dtype.bytes();
    byte[] from = data.toArray(ValueLayout.JAVA_BYTE);
    byte[] to = new byte[from.length];
    for (int i = 0; i < from.length; i++) {
      to[i] = from[i - i % width + width - 1 - i % width];
    }
    return MemorySegment.ofArray(to);
  }

  /** The tensor with its axes in reverse order. */
  private static Tensor transposed(Tensor tensor) {
    long[] from = tensor.shape().sizes();
    long[] to = reversed(from);
    TensorBuilder b = new TensorBuilder(tensor.dtype(), Shape.of(to));
    long[] position = new long[to.length];
    for (long i = 0; i < tensor.elements(); i++) {
      long at = 0;
      for (int axis = to.length - 1; axis >= 0; axis--) {
        at = at * to[axis] + position[axis];
      }
      b.copy(i, tensor, at);
      for (int axis = to.length - 1; axis >= 0 && ++position[axis] == to[axis]; axis--) {
        position[axis] = 0;
      }
    }
    return b.build();
  }

  /** Writes a tensor of numbers or booleans; a file that cannot be finished is removed. */
  public static void write(Path path, Tensor tensor) {
    String code = null;
    for (Map.Entry<String, DType> type : TYPES.entrySet()) {
      code = type.getValue() == tensor.dtype() ? type.getKey() : code;
    }
    if (code == null) {
      throw new GatunException(
          path + ": NumPy has no type for " + tensor.type() + "; cast it first");
    }
    String order =
        tensor.dtype().bytes() == 1
            ? "|"
            : ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? "<" : ">";
    StringBuilder shape = new StringBuilder();
    for (long size : tensor.shape().sizes()) {
      shape.append(size).append(", ");
    }
    String header =
        "{'descr': '"
            + order
            + code
            + "', 'fortran_order': False, 'shape': ("
            + shape.toString().strip()
            + "), }";
    int padding = 64 - (10 + header.length() + 1) % 64;
    byte[] text = (header + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII);
    try (OutputStream out = Files.newOutputStream(path)) {
      out.write(MAGIC);
      out.write(new byte[] {1, 0, (byte) text.length, (byte) (text.length >> 8)});
      out.write(text);
      MemorySegment data = tensor.data();
      for (long at = 0; at < data.byteSize(); at += 1 << 20) {
        out.write(
            data.asSlice(at, Math.min(1 << 20, data.byteSize() - at))
                .toArray(ValueLayout.JAVA_BYTE));
      }
    } catch (IOException e) {
      remove(path);
      throw new GatunException(path + " cannot be written: " + e.getMessage(), e);
    }
  }

  private static void remove(Path path) {
    try {
      if (Files.isRegularFile(path)) {
        Files.delete(path);
      }
    } catch (IOException e) {
      // The write's own error says what is wrong; a half file that stays behind is not worse.
    }
  }

  private Npy() {}
}
