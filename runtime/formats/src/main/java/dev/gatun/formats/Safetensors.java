package dev.gatun.formats;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * Safetensors files: the length of a JSON header, the header, and the elements of all tensors.
 *
 * <p>Tensors are slices of the mapped file. As the format demands, they may not overlap nor lie
 * outside; the header is at most 100 MB.
 */
public final class Safetensors {
  private static final long MAX_HEADER = 100_000_000;

  private static final Map<String, DType> TYPES =
      Map.ofEntries(
          Map.entry("F64", DType.F64),
          Map.entry("F32", DType.F32),
          Map.entry("F16", DType.F16),
          Map.entry("BF16", DType.BF16),
          Map.entry("F8_E4M3", DType.F8E4M3FN),
          Map.entry("F8_E5M2", DType.F8E5M2),
          Map.entry("I64", DType.I64),
          Map.entry("I32", DType.I32),
          Map.entry("I16", DType.I16),
          Map.entry("I8", DType.I8),
          Map.entry("U64", DType.U64),
          Map.entry("U32", DType.U32),
          Map.entry("U16", DType.U16),
          Map.entry("U8", DType.U8),
          Map.entry("BOOL", DType.BOOL));

  /** All tensors of a file by name, in the file's order. */
  public static Map<String, Tensor> read(Path path) {
    return read(FileBytes.open(path));
  }

  static Map<String, Tensor> read(FileBytes file) {
    MemorySegment data = file.data();
    String name = file.name();
    if (data.byteSize() < 8) {
      throw FormatException.at(name, data.byteSize(), "ends before the header's length");
    }
    long length = data.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
    if (length < 2 || length > MAX_HEADER || length > data.byteSize() - 8) {
      throw FormatException.at(
          name, 0, "claims a header of " + length + " bytes; the file has " + data.byteSize());
    }
    byte[] header = data.asSlice(8, length).toArray(ValueLayout.JAVA_BYTE);
    JsonNode root;
    try {
      root = new ObjectMapper().readTree(new String(header, StandardCharsets.UTF_8));
    } catch (JacksonException e) {
      throw FormatException.at(name, 8, "has a header that is no JSON: " + e.getOriginalMessage());
    }
    if (root == null || !root.isObject()) {
      throw FormatException.at(name, 8, "has a header that is no JSON object");
    }
    MemorySegment body = data.asSlice(8 + length);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    NavigableMap<Long, Long> taken = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : root.properties()) {
      if (!entry.getKey().equals("__metadata__")) {
        tensors.put(entry.getKey(), tensor(name, entry.getKey(), entry.getValue(), body, taken));
      }
    }
    return tensors;
  }

  private static Tensor tensor(
      String file, String key, JsonNode entry, MemorySegment body, NavigableMap<Long, Long> taken) {
    DType dtype = TYPES.get(entry.path("dtype").asString(""));
    JsonNode offsets = entry.path("data_offsets");
    if (dtype == null || !entry.path("shape").isArray() || offsets.size() != 2) {
      throw FormatException.at(file, 8, "tensor '" + key + "' is not described well: " + entry);
    }
    long[] sizes = new long[entry.path("shape").size()];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = entry.path("shape").get(i).asLong(-1);
      if (sizes[i] < 0) {
        throw FormatException.at(file, 8, "tensor '" + key + "' has a size that is no number");
      }
    }
    long from = offsets.get(0).asLong(-1);
    long to = offsets.get(1).asLong(-1);
    long bytes;
    try {
      bytes = Math.multiplyExact(Shape.of(sizes).elements(), (long) dtype.bytes());
    } catch (ArithmeticException e) {
      throw FormatException.at(file, 8, "tensor '" + key + "' has more than 2^63 bytes");
    }
    if (from < 0 || to < from || to > body.byteSize() || to - from != bytes) {
      throw FormatException.at(
          file,
          8,
          "tensor '"
              + key
              + "' needs "
              + bytes
              + " bytes but lies at "
              + from
              + " to "
              + to
              + " of "
              + body.byteSize());
    }
    Map.Entry<Long, Long> before = taken.floorEntry(to - 1);
    if (bytes > 0 && before != null && before.getValue() > from) {
      throw FormatException.at(file, 8, "tensor '" + key + "' overlaps another one");
    }
    if (bytes > 0) {
      taken.put(from, to);
    }
    return Tensor.wrap(dtype, Shape.of(sizes), body.asSlice(from, bytes));
  }

  private Safetensors() {}
}
