package dev.gatun.formats.wire;

import dev.gatun.formats.FormatException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A message of the protobuf wire format as a list of pieces that lie elsewhere: large files are
 * rewritten without a copy of them in memory.
 */
public final class Rope {
  private static final long CHUNK = 64 << 20;

  private final List<MemorySegment> pieces = new ArrayList<>();
  private long size;

  /** A message that lies in one piece. */
  public static Rope of(WireWriter message) {
    Rope rope = new Rope();
    rope.add(message.toBytes());
    return rope;
  }

  /** Appends bytes, which must not change any more. */
  public void add(MemorySegment bytes) {
    pieces.add(bytes);
    size += bytes.byteSize();
  }

  /** Appends bytes. */
  public void add(byte[] bytes) {
    add(MemorySegment.ofArray(bytes));
  }

  /** Appends a field of bytes. */
  public void bytes(int field, MemorySegment value) {
    add(WireWriter.header(field, value.byteSize()));
    add(value);
  }

  /** Appends a field that is a message. */
  public void message(int field, Rope value) {
    add(WireWriter.header(field, value.size));
    pieces.addAll(value.pieces);
    size += value.size;
  }

  /** Appends zeros until the size is a multiple of {@code alignment}. */
  public void pad(int alignment) {
    add(new byte[(int) (-size & (alignment - 1))]);
  }

  /** Number of bytes. */
  public long size() {
    return size;
  }

  /** Writes all bytes. */
  public void write(FileChannel channel) throws IOException {
    for (MemorySegment piece : pieces) {
      // Arrays of other types than bytes have no byte buffer.
      boolean copied = !piece.isNative() && !(piece.heapBase().orElse(null) instanceof byte[]);
      long step = copied ? CHUNK / 64 : CHUNK;
      for (long at = 0; at < piece.byteSize(); at += step) {
        MemorySegment part = piece.asSlice(at, Math.min(step, piece.byteSize() - at));
        ByteBuffer chunk =
            copied ? ByteBuffer.wrap(part.toArray(ValueLayout.JAVA_BYTE)) : part.asByteBuffer();
        while (chunk.hasRemaining()) {
          channel.write(chunk);
        }
      }
    }
  }

  /** Writes a file under another name first, then renames it: who finds it finds all of it. */
  public void save(Path file) {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try (FileChannel channel =
        FileChannel.open(
            part,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      write(channel);
    } catch (IOException e) {
      throw new FormatException(part + ": cannot be written: " + FormatException.reason(e), e);
    }
    try {
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new FormatException(file + ": cannot be written: " + FormatException.reason(e), e);
    }
  }
}
