package dev.gatun.bench.compare;

import dev.gatun.bench.measure.Statistics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.ObjectMapper;

/** Results for programs. */
final class JsonResults {
  static String write(
      Map<String, Object> machine, Duel duel, List<Result> results, Map<String, String> failures) {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("machine", machine);
    root.put(
        "method",
        Map.of(
            "rounds", duel.rounds(),
            "seconds", duel.seconds(),
            "warmup", duel.warmup(),
            "cold", duel.cold()));
    List<Map<String, Object>> entries = new ArrayList<>();
    results.forEach(r -> entries.add(entry(r)));
    root.put("results", entries);
    Map<String, Object> means = new LinkedHashMap<>();
    for (int threads : results.stream().map(Result::threads).distinct().toList()) {
      means.put(
          Integer.toString(threads),
          Statistics.geometricMean(
              results.stream().filter(r -> r.threads() == threads).map(Result::ratio).toList()));
    }
    root.put("geometric_means", means);
    root.put("failures", failures);
    return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
  }

  private static Map<String, Object> entry(Result r) {
    Map<String, Object> e = new LinkedHashMap<>();
    e.put("model", r.model());
    e.put("threads", r.threads());
    e.put("backend", r.backend());
    e.put("gatun_ms", r.gatun().latency());
    e.put("peer_ms", r.peer().latency());
    e.put("ratio", r.ratio());
    e.put("ratios", r.ratios());
    e.put("gflop", r.gflop());
    e.put("gatun_gflops", r.gatunGflops());
    e.put("peer_gflops", r.peerGflops());
    side("gatun", r.gatun(), e);
    side("peer", r.peer(), e);
    e.put("outputs_agree", r.agreement().holds());
    e.put("outputs_error", r.agreement().error());
    e.put("outputs_problem", r.agreement().problem());
    return e;
  }

  private static void side(String name, Result.Side side, Map<String, Object> e) {
    e.put(name + "_round_ms", side.latencies());
    e.put(name + "_min_ms", side.min());
    e.put(name + "_load_ms", side.load());
    e.put(name + "_first_run_ms", side.firstRun());
    e.put(name + "_cold_ms", side.coldStart());
    e.put(name + "_peak_bytes", side.peakBytes());
  }

  private JsonResults() {}
}
