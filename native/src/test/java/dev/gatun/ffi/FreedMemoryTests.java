package dev.gatun.ffi;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FreedMemoryTests {
  private static final int PIECES = 1200;
  private static final long PIECE = 64 << 10; // smaller than what glibc maps by itself

  @Test
  void freedPagesLeaveTheProcess() throws IOException {
    assumeTrue(FreedMemory.canBeGivenBack(), "the C library cannot be asked");
    List<Arena> arenas = new ArrayList<>();
    for (int i = 0; i < PIECES; i++) {
      Arena arena = Arena.ofConfined();
      MemorySegment piece = arena.allocate(PIECE);
      piece.fill((byte) 1);
      arenas.add(arena);
    }
    Arena last = arenas.removeLast(); // keeps the rest from being the end of the heap
    arenas.forEach(Arena::close);
    long before = residentBytes();
    FreedMemory.giveBack();
    long after = residentBytes();
    last.close();
    assertTrue(
        before - after > PIECES * PIECE / 2, before + " bytes before and " + after + " after");
  }

  private static long residentBytes() throws IOException {
    String[] words = Files.readString(Path.of("/proc/self/statm")).split(" ", -1);
    return Long.parseLong(words[1]) * 4096;
  }
}
