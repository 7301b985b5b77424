package dev.gatun.bench.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.bench.kernels.Contestant.Kind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class KernelTableTests {
  private static final KernelResult RESULT =
      new KernelResult(
          "gemm/cube",
          1,
          "GFLOP/s",
          Map.of(
              Kind.GATUN, List.of(80.0, 50.0, 90.0),
              Kind.ROOF, List.of(100.0, 50.0, 120.0),
              Kind.SCALAR, List.of(0.5)),
          Map.of(Kind.GATUN, "matmul/vector"),
          "");

  @Test
  void sharesAreTakenWithinARound() {
    // Medians 80 and 100, but round by round 0.8, 1 and 0.75.
    assertEquals(0.8, RESULT.share(Kind.GATUN, Kind.ROOF), 1e-12);
    assertEquals(160, RESULT.share(Kind.GATUN, Kind.SCALAR), 1e-12);
  }

  @Test
  void missingContestantsAreDashes() {
    assertTrue(
        KernelTable.line(RESULT)
            .matches("gemm/cube +1 +80.0 +- +- +0.500 +100.0 GFLOP/s +80% +- +-"),
        KernelTable.line(RESULT));
    assertEquals(
        List.of("gemm         1 thr:   80% of roof (1)"), KernelTable.summary(List.of(RESULT)));
  }

  @Test
  void jsonHoldsRoundsAndShares() {
    JsonNode result =
        new ObjectMapper()
            .readTree(KernelTable.json(Map.of("cpu", "x"), List.of(RESULT)))
            .get("results")
            .get(0);
    assertEquals("gemm/cube", result.get("kernel").asString());
    assertEquals(3, result.get("gatun_rounds").size());
    assertEquals(0.8, result.get("of_roof").asDouble(), 1e-12);
    assertFalse(result.has("onednn"));
  }
}
