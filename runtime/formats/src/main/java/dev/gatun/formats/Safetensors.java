package dev.gatun.formats;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The safetensors format: eight bytes with the length of a JSON header, the header, the data. The
 * tensors are slices of the mapped file.
 */
public final class Safetensors {
  // The limit of the reference implementation.
  private static final long MAX_HEADER = 100_000_000;
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final Map<String, DType> TYPES =
      Map.ofEntries(
          Map.entry("BOOL", DType.BOOL),
          Map.entry("U8", DType.U8),
          Map.entry("I8", DType.I8),
          Map.entry("U16", DType.U16),
          Map.entry("I16", DType.I16),
          Map.entry("U32", DType.U32),
          Map.entry("I32", DType.I32),
          Map.entry("U64", DType.U64),
          Map.entry("I64", DType.I64),
          Map.entry("F16", DType.F16),
          Map.entry("BF16", DType.BF16),
          Map.entry("F32", DType.F32),
          Map.entry("F64", DType.F64),
          Map.entry("F8_E4M3", DType.F8E4M3FN),
          Map.entry("F8_E5M2", DType.F8E5M2),
          Map.entry("F8_E4M3FNUZ", DType.F8E4M3FNUZ),
          Map.entry("F8_E5M2FNUZ", DType.F8E5M2FNUZ),
          Map.entry("F8_E8M0", DType.F8E8M0));

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /**
   * What a file holds.
   *
   * @param tensors in the order of the header
   * @param metadata free-form entries
   */
  public record Content(Map<String, Tensor> tensors, Map<String, String> metadata) {}

  /** Reads a file; the tensors keep its mapping alive. */
  public static Content read(Path path) {
    return read(path, Arena.ofAuto());
  }

  /** Reads a file; the tensors may be used as long as the arena is alive. */
  public static Content read(Path path, Arena arena) {
    return read(FileBytes.open(path, arena));
  }

  static Content read(FileBytes file) {
    MemorySegment bytes = file.data();
    if (bytes.byteSize() < 8) {
      throw FormatException.at(file.name(), 0, "too short to be a safetensors file");
    }
    long length = bytes.get(I64, 0);
    if (length < 2 || length > MAX_HEADER || length > bytes.byteSize() - 8) {
      throw FormatException.at(
          file.name(),
          0,
          "the header claims "
              + Long.toUnsignedString(length)
              + " bytes, the file has "
              + (bytes.byteSize() - 8)
              + " left; it is truncated or no safetensors file");
    }
    JsonNode header = parse(file.name(), bytes.asSlice(8, length));
    MemorySegment data = bytes.asSlice(8 + length);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    List<Span> spans = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : header.properties()) {
      if (entry.getKey().equals("__metadata__")) {
        for (Map.Entry<String, JsonNode> item : entry.getValue().properties()) {
          metadata.put(item.getKey(), item.getValue().asString(""));
        }
      } else {
        String where = file.name() + ", tensor '" + entry.getKey() + "'";
        tensors.put(entry.getKey(), tensor(where, entry.getValue(), data, spans));
      }
    }
    checkSpans(file.name(), spans, data.byteSize());
    return new Content(tensors, metadata);
  }

  private static JsonNode parse(String file, MemorySegment header) {
    String text =
        new String(header.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8).stripTrailing();
    try {
      if (JSON.readTree(text) instanceof ObjectNode object) {
        return object;
      }
      throw FormatException.at(file, 8, "the header is no JSON object");
    } catch (JacksonException e) {
      throw new FormatException(file + ", offset 8: the header is no JSON: " + e.getMessage(), e);
    }
  }

  private record Span(String where, long begin, long end) {}

  private static Tensor tensor(String where, JsonNode entry, MemorySegment data, List<Span> spans) {
    JsonNode typeName = entry.get("dtype");
    long[] sizes = integers(where, entry.get("shape"), "shape");
    long[] span = integers(where, entry.get("data_offsets"), "data_offsets");
    if (typeName == null || !typeName.isString() || span.length != 2) {
      throw new FormatException(where + ": needs a dtype, a shape and two data_offsets");
    }
    DType type = TYPES.get(typeName.asString());
    if (type == null) {
      throw new FormatException(
          where
              + ": dtype "
              + typeName.asString()
              + " is not supported; known are "
              + TYPES.keySet());
    }
    long bytes = TensorBytes.elements(where, sizes) * type.bytes();
    if (span[0] < 0 || span[1] < span[0] || span[1] > data.byteSize()) {
      throw new FormatException(
          where
              + ": data_offsets ["
              + span[0]
              + ", "
              + span[1]
              + "] are outside of the "
              + data.byteSize()
              + " bytes of data; the file is truncated or damaged");
    }
    if (span[1] - span[0] != bytes) {
      throw new FormatException(
          where + ": needs " + bytes + " bytes, data_offsets span " + (span[1] - span[0]));
    }
    spans.add(new Span(where, span[0], span[1]));
    return Tensor.wrap(type, Shape.of(sizes), data.asSlice(span[0], bytes));
  }

  private static long[] integers(String where, @Nullable JsonNode node, String name) {
    if (node == null || !node.isArray()) {
      throw new FormatException(where + ": has no list '" + name + "'");
    }
    long[] values = new long[node.size()];
    for (int i = 0; i < values.length; i++) {
      JsonNode item = node.get(i);
      if (!item.isIntegralNumber() || !item.canConvertToLong()) {
        throw new FormatException(where + ": " + name + " must be integers");
      }
      values[i] = item.asLong();
    }
    return values;
  }

  // Every byte belongs to exactly one tensor: nothing hides between them, none share storage.
  private static void checkSpans(String file, List<Span> spans, long size) {
    spans.sort(java.util.Comparator.comparingLong(Span::begin).thenComparingLong(Span::end));
    long at = 0;
    for (Span span : spans) {
      if (span.begin != at) {
        throw new FormatException(
            span.where
                + (span.begin < at ? ": overlaps another tensor" : ": there is a gap before it")
                + " (begins at "
                + span.begin
                + ", expected "
                + at
                + ")");
      }
      at = span.end;
    }
    if (at != size) {
      throw new FormatException(
          file + ": " + (size - at) + " bytes after the last tensor belong to none");
    }
  }

  /** Writes a file: tensors in the map's order, the data aligned to 8 bytes. */
  public static void write(Path path, Map<String, Tensor> tensors, Map<String, String> metadata) {
    ObjectNode header = JSON.createObjectNode();
    if (!metadata.isEmpty()) {
      ObjectNode node = header.putObject("__metadata__");
      metadata.forEach(node::put);
    }
    long at = 0;
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      Tensor tensor = entry.getValue();
      ObjectNode node = header.putObject(entry.getKey());
      node.put("dtype", name(path, entry.getKey(), tensor.dtype()));
      var shape = node.putArray("shape");
      for (long size : tensor.shape().sizes()) {
        shape.add(size);
      }
      long bytes = tensor.data().byteSize();
      node.putArray("data_offsets").add(at).add(at + bytes);
      at += bytes;
    }
    byte[] text = JSON.writeValueAsString(header).getBytes(StandardCharsets.UTF_8);
    int padded = (text.length + 7) / 8 * 8;
    ByteBuffer head = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
    head.putLong(padded).put(text);
    while (head.hasRemaining()) {
      head.put((byte) ' ');
    }
    try (FileChannel out =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      writeFully(out, head.flip());
      for (Tensor tensor : tensors.values()) {
        write(out, tensor.data());
      }
    } catch (IOException e) {
      throw new FormatException(path + ": cannot be written: " + FormatException.reason(e), e);
    }
  }

  private static String name(Path path, String tensor, DType type) {
    for (Map.Entry<String, DType> entry : TYPES.entrySet()) {
      if (entry.getValue() == type) {
        return entry.getKey();
      }
    }
    throw new FormatException(
        path + ": tensor '" + tensor + "' is " + type + ", which safetensors cannot hold");
  }

  private static void write(FileChannel out, MemorySegment data) throws IOException {
    byte[] piece = new byte[(int) Math.min(1 << 20, data.byteSize())];
    for (long at = 0; at < data.byteSize(); at += piece.length) {
      int length = (int) Math.min(piece.length, data.byteSize() - at);
      MemorySegment.copy(data, at, MemorySegment.ofArray(piece), 0, length);
      writeFully(out, ByteBuffer.wrap(piece, 0, length));
    }
  }

  private static void writeFully(FileChannel out, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      out.write(buffer);
    }
  }

  private Safetensors() {}
}
