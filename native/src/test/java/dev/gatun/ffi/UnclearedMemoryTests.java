package dev.gatun.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class UnclearedMemoryTests {
  private record Piece(long at, long bytes) {}

  @Test
  void piecesAreAlignedAndDoNotOverlap() {
    piecesAreAlignedAndDoNotOverlap(new UnclearedMemory());
    piecesAreAlignedAndDoNotOverlap(UnclearedMemory.exact());
  }

  private static void piecesAreAlignedAndDoNotOverlap(UnclearedMemory owner) {
    SplittableRandom random = new SplittableRandom(1);
    List<Piece> pieces = new ArrayList<>();
    try (UnclearedMemory memory = owner) {
      for (int i = 0; i < 200; i++) {
        // From nothing to more than a slab.
        long bytes = i % 50 == 49 ? 20L << 20 : random.nextLong(1 << 17);
        long alignment = 1L << random.nextInt(13);
        Piece piece = new Piece(memory.allocate(bytes, alignment), bytes);
        assertEquals(0, piece.at % alignment);
        segment(piece).fill((byte) i);
        pieces.add(piece);
      }
      for (int i = 0; i < pieces.size(); i++) {
        MemorySegment segment = segment(pieces.get(i));
        for (long b = 0; b < segment.byteSize(); b += 997) {
          assertEquals((byte) i, segment.get(ValueLayout.JAVA_BYTE, b));
        }
      }
    }
  }

  @Test
  void threadsGetPiecesOfTheirOwn() {
    try (UnclearedMemory memory = new UnclearedMemory()) {
      long[] at =
          IntStream.range(0, 4000)
              .parallel()
              .mapToLong(i -> memory.allocate(4096, 64))
              .sorted()
              .toArray();
      for (int i = 1; i < at.length; i++) {
        assertTrue(at[i] - at[i - 1] >= 4096);
      }
    }
  }

  @Test
  void badRequestsAreRefused() {
    UnclearedMemory memory = new UnclearedMemory();
    assertThrows(IllegalArgumentException.class, () -> memory.allocate(-1, 64));
    assertThrows(IllegalArgumentException.class, () -> memory.allocate(1, 48));
    assertThrows(IllegalArgumentException.class, () -> memory.allocate(Long.MAX_VALUE, 64));
    assertThrows(OutOfMemoryError.class, () -> memory.allocate(1L << 60, 64));
    assertTrue(memory.allocate(8, 64) != 0);
    memory.close();
    memory.close();
    assertThrows(IllegalStateException.class, () -> memory.allocate(1, 64));
  }

  private static MemorySegment segment(Piece piece) {
    return MemorySegment.ofAddress(piece.at).reinterpret(piece.bytes);
  }
}
