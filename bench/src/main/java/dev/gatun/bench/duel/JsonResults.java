package dev.gatun.bench.duel;

import dev.gatun.bench.measure.Agreement;
import dev.gatun.bench.measure.Statistics;
import dev.gatun.core.tensor.GatunException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Results for programs, and back. */
public final class JsonResults {
  /** As JSON. */
  public static String write(Results all) {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("machine", all.machine());
    root.put("method", all.method());
    List<Map<String, Object>> entries = new ArrayList<>();
    all.results().forEach(r -> entries.add(entry(r)));
    root.put("results", entries);
    Map<String, Object> means = new LinkedHashMap<>();
    for (int threads : all.threads()) {
      means.put(
          Integer.toString(threads),
          Statistics.geometricMean(all.at(threads).stream().map(Result::ratio).toList()));
    }
    root.put("geometric_means", means);
    root.put("roof_gflops", new TreeMap<>(all.roofs()));
    root.put("failures", all.failures());
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
    e.put(name + "_cold_starts_ms", side.coldStarts());
    e.put(name + "_peak_bytes", side.peakBytes());
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param title of the source, for messages
   */
  public static Results read(String title, String text) {
    try {
      JsonNode root = new ObjectMapper().readTree(text);
      Map<String, Object> machine = new LinkedHashMap<>();
      root.required("machine").forEachEntry((name, value) -> machine.put(name, value.asString()));
      Map<String, Object> method = new LinkedHashMap<>();
      root.required("method").forEachEntry((name, value) -> method.put(name, value.asString()));
      List<Result> results = new ArrayList<>();
      root.required("results").forEach(node -> results.add(result(node)));
      Map<Integer, Double> roofs = new TreeMap<>();
      root.required("roof_gflops")
          .forEachEntry((name, value) -> roofs.put(Integer.valueOf(name), value.asDouble()));
      Map<String, String> failures = new LinkedHashMap<>();
      root.required("failures").forEachEntry((name, value) -> failures.put(name, value.asString()));
      return new Results(machine, method, results, roofs, failures);
    } catch (JacksonException | IllegalArgumentException e) {
      throw new GatunException(
          title
              + ": not what --json writes: "
              + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
          e);
    }
  }

  private static Result result(JsonNode e) {
    return new Result(
        e.required("model").asString(),
        e.required("threads").asInt(),
        e.required("backend").asString(),
        side("gatun", e),
        side("peer", e),
        doubles(e.required("ratios")),
        e.required("gflop").asDouble(),
        new Agreement(
            e.required("outputs_error").asDouble(), e.required("outputs_problem").asString()));
  }

  private static Result.Side side(String name, JsonNode e) {
    return new Result.Side(
        doubles(e.required(name + "_round_ms")),
        e.required(name + "_min_ms").asDouble(),
        e.required(name + "_load_ms").asDouble(),
        e.required(name + "_first_run_ms").asDouble(),
        doubles(e.required(name + "_cold_starts_ms")),
        e.required(name + "_peak_bytes").asLong());
  }

  private static List<Double> doubles(JsonNode array) {
    List<Double> values = new ArrayList<>();
    array.forEach(value -> values.add(value.asDouble()));
    return List.copyOf(values);
  }

  private JsonResults() {}
}
