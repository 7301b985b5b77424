package dev.gatun.formats.wire;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
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
      for (long at = 0; at < piece.byteSize(); at += CHUNK) {
        ByteBuffer chunk = piece.asSlice(at, Math.min(CHUNK, piece.byteSize() - at)).asByteBuffer();
        while (chunk.hasRemaining()) {
          channel.write(chunk);
        }
      }
    }
  }
}
