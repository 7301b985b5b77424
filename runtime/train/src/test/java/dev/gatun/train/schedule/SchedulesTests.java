package dev.gatun.train.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.GatunException;
import org.junit.jupiter.api.Test;

/** Exact values that the catalog asks for, and what schedules refuse. */
class SchedulesTests {
  @Test
  void stepDecayIsExact() {
    for (long t = 0; t < 50; t++) {
      assertEquals(0.5 * Math.pow(0.5, Math.floor(t / 7.0)), Schedules.step(7, 0.5).rate(t, 0.5));
    }
  }

  @Test
  void cosineIsExactAtItsEndsAndItsMiddle() {
    Schedule cosine = Schedules.cosine(20, 0.02);
    assertEquals(0.1, cosine.rate(0, 0.1), 1e-16);
    assertEquals(0.06, cosine.rate(10, 0.1), 1e-16);
    assertEquals(0.02, cosine.rate(20, 0.1), 1e-16);
  }

  @Test
  void warmupIsALinearRamp() {
    Schedule schedule = Schedules.warmup(4, Schedules.constant());
    double[] expected = {0, 0.25, 0.5, 0.75, 1, 1};
    for (int t = 0; t < expected.length; t++) {
      assertEquals(expected[t], schedule.rate(t, 1));
    }
  }

  @Test
  void theTriangleIsExact() {
    double[] expected = {1, 1.5, 2, 1.5, 1, 1.5};
    for (int t = 0; t < expected.length; t++) {
      assertEquals(expected[t], Schedules.cyclic(1, 2, 2).rate(t, 9));
    }
  }

  @Test
  void oneCycleStaysAtItsLeastRate() {
    Schedule schedule = Schedules.oneCycle(1, 10, 0.3);
    assertEquals(1 / 25e4, schedule.rate(9, 0), 1e-12);
    assertEquals(1 / 25e4, schedule.rate(1000, 0), 1e-12);
    assertEquals(1, Schedules.oneCycle(1, 10, 0.1).rate(0, 0), 1e-12);
    assertTrue(Double.isFinite(Schedules.oneCycle(1, 1, 1).rate(0, 0)));
  }

  @Test
  void productsMultiply() {
    Schedule both = Schedules.exponential(0.5).times(Schedules.step(2, 0.1));
    assertEquals(0.25 * 0.1, both.rate(2, 1), 1e-16);
  }

  @Test
  void plateauCoolsDownStopsAtTheLeastRateAndIgnoresNaN() {
    Plateau plateau = new Plateau(0.1, 0, 0, 1, 0.05, true);
    Plateau.State state = plateau.observe(plateau.start(), 1);
    assertEquals(1, plateau.rate(state, 1));
    state = plateau.observe(state, Double.NaN);
    assertEquals(0.1, plateau.rate(state, 1), 1e-16);
    state = plateau.observe(state, 0); // cooling
    assertEquals(0.1, plateau.rate(state, 1), 1e-16);
    state = plateau.observe(state, 0);
    assertEquals(0.05, plateau.rate(state, 1), 1e-16);
  }

  @Test
  void badOptionsAreRefused() {
    assertThrows(GatunException.class, () -> Schedules.step(0, 0.5));
    assertThrows(GatunException.class, () -> Schedules.multiStep(0.5, 3, 3));
    assertThrows(GatunException.class, () -> Schedules.exponential(-1));
    assertThrows(GatunException.class, () -> Schedules.warmupLinear(5, 5));
    assertThrows(GatunException.class, () -> Schedules.oneCycle(1, 10, 1.5));
    assertThrows(GatunException.class, () -> Plateau.of(1, 2));
  }
}
