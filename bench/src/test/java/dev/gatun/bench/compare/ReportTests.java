package dev.gatun.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.bench.duel.JsonResults;
import dev.gatun.bench.duel.Result;
import dev.gatun.bench.duel.Results;
import dev.gatun.bench.measure.Agreement;
import dev.gatun.core.tensor.GatunException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTests {
  private static Result result(String model, int threads, double gatun, double peer) {
    return new Result(
        model,
        threads,
        "auto",
        new Result.Side(List.of(gatun, 2 * gatun), gatun, 5, 2, List.of(300.0), 200_000_000),
        new Result.Side(List.of(peer, peer), peer, 4, 1, List.of(150.0, 250.0), 100_000_000),
        List.of(gatun / peer, 2 * gatun / peer),
        1.5,
        new Agreement(1e-6, threads == 1 ? "" : "output 'y' differs"));
  }

  private static final Results ALL =
      new Results(
          Map.of("cpu", "a <fast> & cheap one", "peer", "ONNX Runtime 0"),
          Map.of("rounds", "2"),
          List.of(result("net", 1, 4, 8), result("net", 4, 3, 2)),
          Map.of(1, 100.0, 4, 380.0),
          Map.of("other.onnx", "no kernel for 'x'"));

  @Test
  void jsonReadsBackTheSame() {
    assertEquals(
        JsonResults.write(ALL), JsonResults.write(JsonResults.read("r", JsonResults.write(ALL))));
    Results back = JsonResults.read("r", JsonResults.write(ALL));
    assertEquals(ALL.results(), back.results());
    assertEquals(ALL.roofs(), back.roofs());
    assertEquals(ALL.failures(), back.failures());
  }

  @Test
  void foreignJsonIsRefused() {
    for (String text : List.of("", "{}", "[1, 2]", "{\"machine\": {}, \"method\": {}}")) {
      GatunException e =
          assertThrows(GatunException.class, () -> JsonResults.read("some.json", text), text);
      assertTrue(String.valueOf(e.getMessage()).startsWith("some.json: "), e.getMessage());
    }
  }

  @Test
  void partsAreJoined() {
    Results other =
        new Results(
            Map.of("cpu", "ignored", "jdk", "25"),
            Map.of(),
            List.of(result("more", 1, 1, 1)),
            Map.of(1, 120.0),
            Map.of());
    Results joined = Results.join(List.of(ALL, other));
    assertEquals(3, joined.results().size());
    assertEquals("a <fast> & cheap one", joined.machine().get("cpu"));
    assertEquals("25", joined.machine().get("jdk"));
    assertEquals(Map.of(1, 120.0, 4, 380.0), joined.roofs());
    assertEquals(List.of(1, 4), joined.threads());
  }

  @Test
  void pageStandsAlone() {
    String page = Report.of(ALL);
    assertTrue(page.startsWith("<!doctype html>"));
    for (String loading :
        List.of("http:", "https:", "<script", "<link", "<img", "@import", "url(")) {
      assertFalse(page.contains(loading), loading);
    }
    assertTrue(page.contains("a &lt;fast&gt; &amp; cheap one"));
    assertTrue(page.contains("no kernel for &#39;x&#39;"));
    assertTrue(page.contains("output &#39;y&#39; differs"));
    // Two of latency, two of throughput, memory and start.
    assertEquals(6, page.split("<svg", -1).length - 1);
    assertEquals(page.split("<svg", -1).length, page.split("</svg>", -1).length);
    assertTrue(page.contains("roof 380"));
    // Median of 0.5 and 1.
    assertTrue(page.contains("0.75×"), page);
  }

  @Test
  void axesEndOnRoundNumbers() {
    assertEquals(0.5, Chart.niceStep(0.31), 1e-12);
    assertEquals(100, Chart.niceStep(95), 1e-12);
    assertEquals(20, Chart.niceStep(20), 1e-12);
    assertEquals(1000, Chart.niceStep(600), 1e-12);
  }
}
