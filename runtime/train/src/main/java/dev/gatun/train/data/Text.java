package dev.gatun.train.data;

import dev.gatun.core.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Text for language models: windows of numbered characters or bytes, "x" int64 [length] and "y",
 * the same one further.
 */
public final class Text {
  /** The whole text of a UTF-8 file, plain or compressed with gzip. */
  public static String read(Path path) {
    try (InputStream in = InputFiles.open(path)) {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(in.readAllBytes()))
          .toString();
    } catch (CharacterCodingException e) {
      throw new DataException(path + ": is not UTF-8 text", e);
    } catch (IOException e) {
      throw DataException.at(path.toString(), e);
    }
  }

  /** Windows of numbers, each starting {@code stride} further. */
  public static IndexedDataset windows(int[] codes, int length, int stride) {
    return windows("text", codes.length, length, stride, at -> codes[(int) at]);
  }

  /** Windows of a file's bytes, which is mapped and may be larger than memory. */
  public static IndexedDataset byteWindows(Path path, int length, int stride) {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      MemorySegment bytes =
          channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
      return windows(
          path.toString(),
          bytes.byteSize(),
          length,
          stride,
          at -> bytes.get(ValueLayout.JAVA_BYTE, at) & 0xff);
    } catch (IOException e) {
      throw DataException.at(path.toString(), e);
    }
  }

  /** The number of a character or byte at a position. */
  private interface Codes {
    int at(long position);
  }

  private static IndexedDataset windows(
      String origin, long total, int length, int stride, Codes codes) {
    if (length < 1 || stride < 1) {
      throw new DataException(
          origin
              + ": windows need a length and a stride of at least 1, got "
              + length
              + ", "
              + stride);
    }
    if (total <= length) {
      throw new DataException(
          origin + ": has " + total + " characters; a window needs " + (length + 1L));
    }
    long count = (total - length - 1) / stride + 1;
    return Dataset.of(
        count,
        index -> {
          long from = index * stride;
          long[] input = new long[length];
          long[] target = new long[length];
          for (int t = 0; t < length; t++) {
            input[t] = codes.at(from + t);
            target[t] = codes.at(from + t + 1);
          }
          return Sample.of("x", Tensor.vector(input), "y", Tensor.vector(target))
              .from(origin + " at " + from);
        });
  }

  private Text() {}
}
