package dev.gatun.train.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.train.Failure;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Turns of a loop against the time they have, by a clock that is set by hand. */
class LatencyBudgetTests {
  private long now = 1_000;

  private void pass(long millis) {
    now += millis * 1_000_000;
  }

  @Test
  void turnsArePartsAndMayBeLate() {
    LatencyBudget budget = new LatencyBudget(Duration.ofMillis(33), () -> now);
    for (int i = 0; i < 100; i++) {
      try (LatencyBudget.Turn turn = budget.begin()) {
        pass(4);
        turn.done("prepare");
        pass(i < 98 ? 10 : 40);
        turn.done("network");
        if (i % 2 == 0) {
          pass(2);
          turn.done("drawn");
        }
        pass(1);
      }
      pass(500); // between turns
    }
    assertEquals(100, budget.whole().calls());
    assertEquals(50, budget.part("drawn").calls());
    assertEquals(4, budget.part("prepare").percentile(0.99).toNanos() / 1e6, 0.1);
    assertEquals(10, budget.part("network").percentile(0.5).toNanos() / 1e6, 0.2);
    assertEquals(40, budget.part("network").percentile(0.99).toNanos() / 1e6, 0.7);
    assertEquals(47, budget.whole().largest().toMillis());
    assertEquals(2, budget.late());
    assertTrue(budget.isMet(0.98));
    assertFalse(budget.isMet(0.99));
    String report = budget.toString();
    assertEquals(6, report.lines().count());
    assertTrue(report.contains("2 of 100 turns took longer than 33.000 ms"), report);
    assertTrue(report.lines().anyMatch(l -> l.matches("network +100( +[0-9.]+){5}")), report);
    budget.reset();
    assertEquals(0, budget.late() + budget.whole().calls());
    assertTrue(budget.toString().contains("0 of 0"));
    assertTrue(Failure.of(() -> budget.part("network")).contains("there are []"));
  }

  @Test
  void realTimePasses() throws Exception {
    LatencyBudget budget = new LatencyBudget(Duration.ofNanos(1));
    try (LatencyBudget.Turn turn = budget.begin()) {
      turn.done("nothing");
    }
    assertEquals(1, budget.late());
    LatencyBudget.Turn turn = budget.begin();
    turn.close();
    assertTrue(Failure.of(turn::close).contains("ends once"));
    assertTrue(Failure.of(() -> new LatencyBudget(Duration.ZERO)).contains("more time"));
  }
}
