package dev.gatun.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Trials of new kernels: they stay within their memory, each is called, and time is kept. */
final class WarmupTests {
  private static final int GUARD = 4096;

  @BeforeEach
  void nothingWaits() {
    Warmup.forget();
  }

  @Test
  void trialsOfMatrixTilesStayWithinTheirMemory() {
    for (int rows = 1; rows <= GemmTilesF32.HEIGHT; rows++) {
      // A distance that no other test uses, so that the tile is a new one.
      GemmTilesF32.overlapping(rows, Lanes.F32_LENGTH + 1, 77 + rows);
      checkTrial();
      GemmTilesF32.overlapping(rows, 1, 77 + rows);
      checkTrial();
    }
  }

  @Test
  void trialsOfDepthwiseTilesStayWithinTheirMemory() {
    int[][] shapes = {
      {3, 1, 1, 4, 0, 0},
      {3, 2, 1, 3, 1, 0},
      {5, 1, 1, 2, 0, 2},
      {5, 2, 3, 2, 2, 1},
      {1, 1, 1, 1, 0, 0}
    };
    for (int[] s : shapes) {
      // Dilations of their own for the same reason.
      DepthwiseTilesF32.tile(new DepthwiseTilesF32.Shape(s[0], s[1], s[2] + 16, s[3], s[4], s[5]));
      checkTrial();
    }
  }

  private static void checkTrial() {
    Warmup.Trial trial = Warmup.poll();
    assertNotNull(trial, "a new kernel waits to be called");
    assertNull(Warmup.poll());
    try (Arena arena = Arena.ofConfined()) {
      long bytes = trial.bytes();
      MemorySegment memory = arena.allocate(bytes + 2 * GUARD, 64).fill((byte) 0x5a);
      MemorySegment own = memory.asSlice(GUARD, bytes).fill((byte) 0);
      for (int call = 0; call < 17; call++) {
        trial.run(own.address(), call);
      }
      for (int i = 0; i < GUARD; i++) {
        assertEquals(0x5a, memory.get(ValueLayout.JAVA_BYTE, i), "before");
        assertEquals(0x5a, memory.get(ValueLayout.JAVA_BYTE, GUARD + bytes + i), "behind");
      }
    }
  }

  @Test
  void everyTrialIsCalledAndTimeIsKept() {
    AtomicInteger quick = new AtomicInteger();
    AtomicInteger slow = new AtomicInteger();
    Warmup.add(trial(quick, 0));
    Warmup.add(trial(slow, 10_000_000));
    long begin = System.nanoTime();
    try (Team team = Team.ofThreads(2)) {
      Warmup.run(team, 100_000_000);
    }
    long nanos = System.nanoTime() - begin;
    assertTrue(nanos < 5_000_000_000L, "took " + nanos + " ns");
    assertTrue(quick.get() >= 1, quick + " calls");
    assertTrue(slow.get() >= 1 && slow.get() <= 11, slow + " calls of 10 ms within 100 ms");
    assertNull(Warmup.poll());
  }

  private static Warmup.Trial trial(AtomicInteger calls, long nanos) {
    return new Warmup.Trial() {
      @Override
      public long bytes() {
        return 64;
      }

      @Override
      public void run(long zeros, int call) {
        assertEquals(calls.getAndIncrement(), call);
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < nanos) {
          Thread.onSpinWait();
        }
      }
    };
  }
}
