package dev.gatun.bench.duel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that a comparison found.
 *
 * @param machine facts by name
 * @param method options that the figures depend on
 * @param results a line each
 * @param roofs best multiply-add rate in GFLOP/s, by number of threads
 * @param failures what could not be measured: model and reason
 */
public record Results(
    Map<String, Object> machine,
    Map<String, Object> method,
    List<Result> results,
    Map<Integer, Double> roofs,
    Map<String, String> failures) {

  /** Parts of one comparison as a whole; facts are those of the first part that knows them. */
  public static Results join(List<Results> parts) {
    Map<String, Object> machine = new LinkedHashMap<>();
    Map<String, Object> method = new LinkedHashMap<>();
    List<Result> results = new ArrayList<>();
    Map<Integer, Double> roofs = new LinkedHashMap<>();
    Map<String, String> failures = new LinkedHashMap<>();
    for (Results part : parts) {
      part.machine.forEach(machine::putIfAbsent);
      part.method.forEach(method::putIfAbsent);
      results.addAll(part.results);
      part.roofs.forEach((threads, roof) -> roofs.merge(threads, roof, Math::max));
      failures.putAll(part.failures);
    }
    return new Results(machine, method, results, roofs, failures);
  }

  /** Numbers of threads in ascending order. */
  public List<Integer> threads() {
    return results.stream().map(Result::threads).distinct().sorted().toList();
  }

  /** Results with a number of threads. */
  public List<Result> at(int threads) {
    return results.stream().filter(r -> r.threads() == threads).toList();
  }

  /** True when everything could be measured and all outputs agree. */
  public boolean isGood() {
    return failures.isEmpty() && results.stream().allMatch(r -> r.agreement().holds());
  }
}
