package dev.gatun.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Thresholds and what they cost. */
class VerificationTests {
  @Test
  void mistakesAreCountedByHand() {
    double[] alike = {0.9, 0.8, 0.7, 0.7, 0.4, 0.2};
    boolean[] same = {true, true, false, true, false, false};
    Verification v = Verification.of(alike, same);
    assertEquals(
        java.util.List.of(Double.POSITIVE_INFINITY, 0.9, 0.8, 0.7, 0.4, 0.2), v.thresholds());
    assertEquals(1.0 / 3, v.falseAccepts().get(3), 1e-12);
    assertEquals(0, v.falseRejects().get(3), 1e-12);
    // Of nine pairs of a yes and a no eight are in order, one is equal.
    assertEquals(8.5 / 9, v.area(), 1e-12);
    assertEquals(0.8, v.thresholdFor(0.2));
    assertEquals(0.7, v.thresholdFor(0.34));
    assertEquals(1.0 / 6, v.equalErrorRate(), 1e-12);
  }

  @Test
  void areaIsHowOftenTheSameAreMoreAlike() {
    Random random = new Random(4);
    double[] alike = new double[200];
    boolean[] same = new boolean[200];
    for (int i = 0; i < 200; i++) {
      same[i] = random.nextInt(3) == 0;
      alike[i] = random.nextInt(20) + (same[i] ? 4 : 0);
    }
    double wins = 0;
    int count = 0;
    for (int i = 0; i < 200; i++) {
      for (int j = 0; j < 200; j++) {
        if (same[i] && !same[j]) {
          wins += alike[i] > alike[j] ? 1 : alike[i] == alike[j] ? 0.5 : 0;
          count++;
        }
      }
    }
    assertEquals(wins / count, Verification.of(alike, same).area(), 1e-9);
  }

  @Test
  void bothKindsAreNeeded() {
    assertThrows(
        VisionException.class,
        () -> Verification.of(new double[] {1, 2}, new boolean[] {true, true}));
  }
}
