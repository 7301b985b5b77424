package dev.gatun.train.data;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;

/**
 * IDX files, the format of MNIST, plain or compressed with gzip. Plain files of bytes are mapped
 * and may be larger than memory; others are read whole.
 */
public final class Idx {
  /** Deflate makes at most 1032 bytes of one; a header that promises more lies. */
  private static final long MAX_RATIO = 1032;

  /** A set of pictures and classes: "x" as float32 [1, height, width] from 0 to 1, "y". */
  public static IndexedDataset images(Path images, Path labels) {
    Tensor pixels = read(images);
    Tensor classes = read(labels);
    if (pixels.shape().rank() != 3 || pixels.dtype() != DType.U8) {
      throw new DataException(
          images + ": expected bytes [N, height, width], found " + pixels.type());
    }
    if (classes.shape().rank() != 1 || classes.shape().size(0) != pixels.shape().size(0)) {
      throw new DataException(
          labels + ": expected a class for each of " + pixels.type() + ", found " + classes.type());
    }
    Shape shape = pixels.shape();
    Tensor planes = pixels.reshape(Shape.of(shape.size(0), 1, shape.size(1), shape.size(2)));
    long[] numbers = classes.toLongs();
    Map<String, Tensor> columns = Map.of("x", planes, "y", Tensor.of(numbers, numbers.length));
    return new Columns(new TreeMap<>(columns), images + " image")
        .map(sample -> sample.with("x", Pixels.toFloats(sample.get("x"), 1 / 255f, 0)));
  }

  /** The array of a file. */
  public static Tensor read(Path path) {
    try (DataInputStream in = new DataInputStream(InputFiles.open(path))) {
      boolean packed = InputFiles.isPacked(path);
      int magic = in.readInt();
      DType dtype = dtype(path, magic);
      int rank = magic & 0xff;
      long[] sizes = new long[rank];
      long bytes = dtype.bytes();
      for (int axis = 0; axis < rank; axis++) {
        sizes[axis] = Integer.toUnsignedLong(in.readInt());
        bytes = Math.multiplyHigh(bytes, sizes[axis]) != 0 ? Long.MAX_VALUE : bytes * sizes[axis];
        if (bytes < 0) {
          bytes = Long.MAX_VALUE;
        }
      }
      long header = 4 + 4L * rank;
      long possible = packed ? Files.size(path) * MAX_RATIO : Files.size(path) - header;
      if (packed ? bytes > possible : bytes != possible) {
        throw new DataException(
            path
                + ": the header promises "
                + dtype
                + Shape.of(sizes)
                + ", "
                + bytes
                + " bytes, but there "
                + (packed ? "cannot be more than " : "are ")
                + possible
                + "; the file is truncated or damaged");
      }
      if (bytes > Integer.MAX_VALUE - 16 && (packed || dtype.bytes() > 1)) {
        throw new DataException(
            path
                + ": "
                + bytes
                + " bytes are too many to read at once; unpack files of bytes, they are mapped");
      }
      MemorySegment data =
          packed || dtype.bytes() > 1
              ? swapped(readAll(path, in, (int) bytes), dtype)
              : map(path, header, bytes);
      return Tensor.wrap(dtype, Shape.of(sizes), data);
    } catch (EOFException e) {
      throw new DataException(path + ": ends within its header or data; it is truncated", e);
    } catch (IOException e) {
      throw DataException.at(path.toString(), e);
    }
  }

  private static DType dtype(Path path, int magic) {
    int rank = magic & 0xff;
    if (magic >>> 16 != 0 || rank == 0 || rank > 8) {
      throw new DataException(
          path
              + String.format(
                  ": starts with %08x, which is not the beginning of an IDX file", magic));
    }
    return switch (magic >>> 8) {
      case 0x08 -> DType.U8;
      case 0x09 -> DType.I8;
      case 0x0B -> DType.I16;
      case 0x0C -> DType.I32;
      case 0x0D -> DType.F32;
      case 0x0E -> DType.F64;
      default ->
          throw new DataException(
              path + String.format(": IDX files have no element type %02x", magic >>> 8));
    };
  }

  private static MemorySegment readAll(Path path, InputStream in, int bytes) throws IOException {
    byte[] data = in.readNBytes(bytes);
    if (data.length < bytes) {
      throw new DataException(
          path + ": " + bytes + " bytes of data were promised, there are " + data.length);
    }
    if (in.read() >= 0) {
      throw new DataException(path + ": goes on after the " + bytes + " bytes it promised");
    }
    return MemorySegment.ofArray(data);
  }

  private static MemorySegment map(Path path, long from, long bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, from, bytes, Arena.ofAuto());
    }
  }

  /** Numbers in files have their high byte first. */
  private static MemorySegment swapped(MemorySegment data, DType dtype) {
    if (ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN) {
      return data;
    }
    long count = data.byteSize() / dtype.bytes();
    for (long i = 0; i < count; i++) {
      switch (dtype.bytes()) {
        case 2 -> {
          short value = data.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * i);
          data.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * i, Short.reverseBytes(value));
        }
        case 4 -> {
          int value = data.get(ValueLayout.JAVA_INT_UNALIGNED, 4 * i);
          data.set(ValueLayout.JAVA_INT_UNALIGNED, 4 * i, Integer.reverseBytes(value));
        }
        case 8 -> {
          long value = data.get(ValueLayout.JAVA_LONG_UNALIGNED, 8 * i);
          data.set(ValueLayout.JAVA_LONG_UNALIGNED, 8 * i, Long.reverseBytes(value));
        }
        default -> {
          return data;
        }
      }
    }
    return data;
  }

  private Idx() {}
}
