package dev.gatun.formats;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;

/**
 * An element type as NumPy writes it: byte order, kind and size, such as {@code <f4}.
 *
 * @param dtype the type of the tensor
 * @param width bytes of one element in the file
 * @param bigEndian whether bytes must be reversed
 * @param wide for strings: UTF-32 code points instead of bytes
 */
record NpyType(DType dtype, int width, boolean bigEndian, boolean wide) {
  private static final Map<String, DType> NUMBERS =
      Map.ofEntries(
          Map.entry("b1", DType.BOOL),
          Map.entry("i1", DType.I8),
          Map.entry("u1", DType.U8),
          Map.entry("i2", DType.I16),
          Map.entry("u2", DType.U16),
          Map.entry("i4", DType.I32),
          Map.entry("u4", DType.U32),
          Map.entry("i8", DType.I64),
          Map.entry("u8", DType.U64),
          Map.entry("f2", DType.F16),
          Map.entry("f4", DType.F32),
          Map.entry("f8", DType.F64));

  static NpyType of(String file, String descr) {
    char order = descr.isEmpty() ? ' ' : descr.charAt(0);
    String kind = "<>|=".indexOf(order) >= 0 ? descr.substring(1) : descr;
    DType number = NUMBERS.get(kind);
    if (number != null) {
      return new NpyType(number, number.bytes(), order == '>' && number.bytes() > 1, false);
    }
    if (kind.matches("[US][0-9]{1,6}")) {
      boolean wide = kind.charAt(0) == 'U';
      int length = Integer.parseInt(kind.substring(1));
      return new NpyType(DType.STRING, length * (wide ? 4 : 1), order == '>', wide);
    }
    throw new FormatException(
        file
            + ": element type '"
            + descr
            + "' is not supported"
            + (kind.startsWith("O") ? "; it is pickled Python, which is never read" : ""));
  }

  /** How NumPy writes a type; little-endian. */
  static String descr(String where, DType type) {
    for (Map.Entry<String, DType> entry : NUMBERS.entrySet()) {
      if (entry.getValue() == type) {
        return (type.bytes() == 1 ? "|" : "<") + entry.getKey();
      }
    }
    throw new FormatException(
        where + ": NumPy has no type " + type + "; cast the tensor to float32 first");
  }

  /** A vector of the elements; a slice of the memory where that is possible. */
  Tensor decode(MemorySegment data, long elements) {
    if (dtype == DType.STRING) {
      return strings(data, Math.toIntExact(elements));
    }
    MemorySegment own = bigEndian ? reversed(data) : data;
    return Tensor.wrap(dtype, dev.gatun.core.tensor.Shape.of(elements), own);
  }

  private MemorySegment reversed(MemorySegment data) {
    byte[] bytes = data.toArray(ValueLayout.JAVA_BYTE);
    for (int at = 0; at < bytes.length; at += width) {
      for (int i = 0; i < width / 2; i++) {
        byte b = bytes[at + i];
        bytes[at + i] = bytes[at + width - 1 - i];
        bytes[at + width - 1 - i] = b;
      }
    }
    return MemorySegment.ofArray(bytes);
  }

  private Tensor strings(MemorySegment data, int elements) {
    String[] texts = new String[elements];
    for (int i = 0; i < elements; i++) {
      StringBuilder text = new StringBuilder();
      int unit = wide ? 4 : 1;
      for (int k = 0; k < width; k += unit) {
        int point = 0;
        for (int b = 0; b < unit; b++) {
          int shift = 8 * (bigEndian ? unit - 1 - b : b);
          point |= (data.get(ValueLayout.JAVA_BYTE, (long) i * width + k + b) & 255) << shift;
        }
        if (!Character.isValidCodePoint(point)) {
          throw new FormatException("a string of the array holds no Unicode: " + point);
        }
        text.appendCodePoint(point);
      }
      // Shorter texts are padded with zeros.
      int length = text.length();
      while (length > 0 && text.charAt(length - 1) == 0) {
        length--;
      }
      texts[i] = text.substring(0, length);
    }
    return Tensor.of(texts, elements);
  }
}
