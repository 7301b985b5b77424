package dev.gatun.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class GemmAheadF32Tests {
  private static final int PACE = GemmAheadF32.PACE;
  private static final long BEGIN = 1L << 20;
  private static final long IDLE = 64;

  @Test
  void tilesReadTheWholeRangeAndNothingBehindIt() {
    GemmAheadF32 ahead = new GemmAheadF32();
    for (int rounds : new int[] {1, 2, 7, 16, 97}) {
      for (int quarters = 4; quarters <= 11; quarters++) {
        long bytes = (long) PACE * rounds * quarters / 4;
        ahead.set(BEGIN, bytes);
        long read = BEGIN;
        for (int tile = 0; tile < Math.ceilDiv(quarters, 4); tile++) {
          long from = ahead.take(rounds, IDLE);
          assertTrue(BEGIN <= from && from <= read, rounds + " rounds from " + from);
          read = from + (long) PACE * rounds;
          assertTrue(read <= BEGIN + bytes, rounds + " rounds to " + read);
        }
        assertEquals(BEGIN + bytes, read);
        assertEquals(IDLE, ahead.take(rounds, IDLE));
      }
    }
  }

  @Test
  void rangesShorterThanATileReadsAreLeftOut() {
    GemmAheadF32 ahead = new GemmAheadF32();
    ahead.set(BEGIN, 4L * PACE - 1);
    assertEquals(IDLE, ahead.take(4, IDLE));
    ahead.set(BEGIN, 4L * PACE);
    assertEquals(BEGIN, ahead.take(4, IDLE));
    ahead.set(BEGIN, 4L * PACE);
    ahead.clear();
    assertEquals(IDLE, ahead.take(4, IDLE));
  }
}
