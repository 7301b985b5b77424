package dev.gatun.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.kernels.Team;
import org.junit.jupiter.api.Test;

class RoofTests {
  @Test
  void bytesOfACopyAreReadAndWritten() {
    try (Team team = Team.ofThreads(2);
        Roof copy = new Roof(Roof.Kind.COPY, 1 << 20, team);
        Roof read = new Roof(Roof.Kind.READ, 1 << 20, team)) {
      assertEquals(1 << 20, copy.amount());
      assertEquals(1 << 20, read.amount());
      copy.run();
      read.run();
    }
  }

  @Test
  void tinyAmountsStillDoSomething() {
    for (Roof.Kind kind : Roof.Kind.values()) {
      assertTrue(Roof.best(kind, 4, 2, 0.001) > 0, kind.toString());
    }
  }
}
