package dev.gatun.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class StatisticsTests {
  @Test
  void medianOfOddAndEvenCounts() {
    assertEquals(2, Statistics.median(new double[] {3, 1, 2}));
    assertEquals(2.5, Statistics.median(List.of(4.0, 1.0, 3.0, 2.0)));
    assertEquals(7, Statistics.median(List.of(7.0)));
    assertThrows(IllegalArgumentException.class, () -> Statistics.median(new double[0]));
  }

  @Test
  void geometricMeanTreatsTwiceAndHalfAlike() {
    assertEquals(1, Statistics.geometricMean(List.of(2.0, 0.5)), 1e-15);
    assertEquals(2, Statistics.geometricMean(List.of(1.0, 2.0, 4.0)), 1e-15);
    assertThrows(IllegalArgumentException.class, () -> Statistics.geometricMean(List.of()));
  }
}
