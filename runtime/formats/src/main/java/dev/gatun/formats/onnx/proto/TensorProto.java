package dev.gatun.formats.onnx.proto;

import dev.gatun.formats.wire.LongList;
import dev.gatun.formats.wire.WireReader;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A tensor as the file holds it; {@link TensorDecoder} makes a tensor of it.
 *
 * @param numbers the typed fields: integers, or the bits of floats and doubles
 * @param raw little-endian bytes, a slice of the file; null when there are none
 * @param strings UTF-8 texts
 * @param external where the bytes are when they are in another file, else empty
 */
public record TensorProto(
    String file,
    String name,
    String doc,
    long dataType,
    long[] dims,
    LongList numbers,
    @Nullable MemorySegment raw,
    List<String> strings,
    Map<String, String> external) {

  /** Decodes a message. */
  public static TensorProto read(WireReader in) {
    String name = "";
    String doc = "";
    long dataType = 0;
    LongList dims = new LongList();
    LongList numbers = new LongList();
    MemorySegment raw = null;
    List<String> strings = new ArrayList<>();
    Map<String, String> external = new LinkedHashMap<>();
    boolean isExternal = false;
    while (in.next()) {
      switch (in.field()) {
        case 1 -> in.integers(dims);
        case 2 -> dataType = in.integer();
        case 3 -> throw in.error("a tensor in segments; join them and store it whole");
        case 4 -> in.reals(numbers);
        case 5, 7, 11 -> in.integers(numbers);
        case 6 -> strings.add(in.text());
        case 8 -> name = in.text();
        case 9 -> raw = in.bytes();
        case 10 -> in.doubles(numbers);
        case 12 -> doc = in.text();
        case 13 -> ModelProto.readEntry(in.message(), external);
        case 14 -> isExternal = in.integer() == 1;
        default -> in.skip();
      }
    }
    return new TensorProto(
        in.file(),
        name,
        doc,
        dataType,
        dims.toArray(),
        numbers,
        raw,
        strings,
        isExternal ? external : Map.of());
  }

  /** True when neither this file nor another one holds the elements. */
  public boolean hasNoData() {
    return raw == null && numbers.size() == 0 && strings.isEmpty() && external.isEmpty();
  }

  /** File and name for messages. */
  public String title() {
    return file + ", tensor '" + name + "' " + Arrays.toString(dims);
  }
}
