package dev.gatun.formats;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Recipe;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * GGUF files of versions 2 and 3, little-endian: metadata and tensors. Floats are slices of the
 * mapped file; blocks of small numbers become float32 when somebody reads them.
 *
 * @param metadata values by key: Long, Double, Boolean, String, or a List of them (a whole number
 *     of 64 bits without sign is the Long of the same bits)
 * @param tensors in the order of the file, sizes from the outermost to the innermost
 */
public record Gguf(Map<String, Object> metadata, Map<String, Tensor> tensors) {
  /** Most tensors and entries: far more than any network has. */
  private static final long MOST = 1 << 20;

  private static final int ALIGNMENT = 32;

  /** The first four bytes, little-endian. */
  private static final int MAGIC = 0x46554747;

  /** Numbers of a tensor, widened from blocks. */
  private record Widened(GgufType type, MemorySegment from) implements Recipe {
    @Override
    public void write(MemorySegment to) {
      type.widen(from, to);
    }
  }

  private record Entry(String name, GgufType type, long[] sizes, long offset) {}

  /** Whether a file is called as these files are. */
  public static boolean isOne(Path path) {
    return String.valueOf(path.getFileName()).endsWith(".gguf");
  }

  /**
   * Reads a file.
   *
   * @throws FormatException if it is damaged, or has something that is not known
   */
  public static Gguf read(Path path) {
    return read(FileBytes.open(path));
  }

  static Gguf read(FileBytes file) {
    GgufCursor in = new GgufCursor(file);
    if (file.data().byteSize() < 24 || in.int32("the magic") != MAGIC) {
      throw FormatException.at(file.name(), 0, "is no GGUF file");
    }
    long version = in.unsigned32("the version");
    if (version < 2 || version > 3) {
      throw FormatException.at(
          file.name(), 4, "GGUF version " + version + "; read are 2 and 3, little-endian");
    }
    long tensors = in.count("tensors", MOST);
    long entries = in.count("metadata entries", MOST);
    Map<String, Object> metadata = new LinkedHashMap<>();
    for (long i = 0; i < entries; i++) {
      String key = in.text("a key");
      if (metadata.put(key, in.value(in.unsigned32("a type"), key)) != null) {
        throw in.broken("the key '" + key + "' comes twice");
      }
    }
    List<Entry> all = new ArrayList<>();
    for (long i = 0; i < tensors; i++) {
      all.add(entry(in));
    }
    long alignment = alignment(file, metadata);
    long begin = (in.at() + alignment - 1) / alignment * alignment;
    return new Gguf(metadata, tensors(file, all, begin, alignment));
  }

  private static Entry entry(GgufCursor in) {
    String name = in.text("a tensor's name");
    long axes = in.unsigned32("a number of axes");
    if (axes > 4) {
      throw in.broken("tensor '" + name + "' has " + axes + " axes, at most 4 are possible");
    }
    long[] sizes = new long[(int) axes];
    for (int i = sizes.length - 1; i >= 0; i--) { // the innermost comes first
      sizes[i] = in.int64("a size");
    }
    long number = in.unsigned32("a tensor's type");
    GgufType type =
        GgufType.of(number)
            .orElseThrow(
                () ->
                    in.broken(
                        "tensor '"
                            + name
                            + "' has the type "
                            + number
                            + "; read are "
                            + Arrays.toString(GgufType.values())));
    return new Entry(name, type, sizes, in.int64("a tensor's place"));
  }

  private static long alignment(FileBytes file, Map<String, Object> metadata) {
    Object given = metadata.getOrDefault("general.alignment", (long) ALIGNMENT);
    if (given instanceof Long n && n >= 8 && n <= 1 << 20 && Long.bitCount(n) == 1) {
      return n;
    }
    throw new FormatException(
        file.name() + ": general.alignment is " + given + ", expected a power of two from 8 on");
  }

  private static Map<String, Tensor> tensors(
      FileBytes file, List<Entry> entries, long begin, long alignment) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    long expected = 0;
    for (Entry e : entries) {
      String where = file.name() + ", tensor '" + e.name + "'";
      long elements = TensorBytes.elements(where, e.sizes);
      long inner = e.sizes.length == 0 ? 1 : e.sizes[e.sizes.length - 1];
      if (inner % e.type.block != 0) {
        throw new FormatException(
            where
                + ": rows of "
                + inner
                + " are no blocks of "
                + e.type.block
                + " ("
                + e.type
                + ")");
      }
      long bytes = elements / e.type.block * e.type.bytes;
      // One after the other, as the format demands: nothing hides, none share bytes.
      if (e.offset != expected) {
        throw new FormatException(where + ": begins at " + e.offset + ", expected " + expected);
      }
      if (begin > file.data().byteSize() || bytes > file.data().byteSize() - begin - e.offset) {
        throw new FormatException(
            where + ": needs " + bytes + " bytes, which the file does not have; it is truncated");
      }
      expected = (e.offset + bytes + alignment - 1) / alignment * alignment;
      MemorySegment data = file.data().asSlice(begin + e.offset, bytes);
      Optional<DType> plain = e.type.plain();
      Tensor tensor =
          plain.isPresent()
              ? Tensor.wrap(plain.get(), Shape.of(e.sizes), data)
              : Tensor.computed(DType.F32, Shape.of(e.sizes), new Widened(e.type, data));
      if (tensors.put(e.name, tensor) != null) {
        throw new FormatException(where + ": comes twice");
      }
    }
    return tensors;
  }
}
