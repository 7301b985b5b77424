package dev.gatun.bench.kernels;

import dev.gatun.bench.kernels.Contestant.Kind;
import dev.gatun.bench.measure.Statistics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import tools.jackson.databind.ObjectMapper;

/** Kernel results for people and for programs. */
final class KernelTable {
  static String header() {
    return String.format(
        Locale.ROOT,
        "%-46s %3s %8s %8s %8s %8s %8s %-7s %7s %8s %9s",
        "kernel",
        "thr",
        "gatun",
        "onednn",
        "openblas",
        "scalar",
        "roof",
        "",
        "of roof",
        "of onednn",
        "of openblas");
  }

  static String line(KernelResult r) {
    return String.format(
            Locale.ROOT,
            "%-46s %3d %8s %8s %8s %8s %8s %-7s %7s %9s %11s",
            r.name(),
            r.threads(),
            speed(r, Kind.GATUN),
            speed(r, Kind.ONEDNN),
            speed(r, Kind.OPENBLAS),
            speed(r, Kind.SCALAR),
            speed(r, Kind.ROOF),
            r.unit(),
            share(r, Kind.ROOF),
            share(r, Kind.ONEDNN),
            share(r, Kind.OPENBLAS))
        + (r.problem().isEmpty() ? "" : "  DISAGREE: " + r.problem());
  }

  private static String speed(KernelResult r, Kind kind) {
    if (!r.has(kind)) {
      return "-";
    }
    double speed = r.speed(kind);
    return String.format(Locale.ROOT, speed < 1 ? "%.3f" : "%.1f", speed);
  }

  private static String share(KernelResult r, Kind kind) {
    return r.has(Kind.GATUN) && r.has(kind)
        ? String.format(Locale.ROOT, "%.0f%%", 100 * r.share(Kind.GATUN, kind))
        : "-";
  }

  /** Geometric means of each family, for each number of threads. */
  static List<String> summary(List<KernelResult> results) {
    List<String> lines = new ArrayList<>();
    for (int threads : new TreeSet<>(results.stream().map(KernelResult::threads).toList())) {
      for (String family : results.stream().map(KernelTable::family).distinct().toList()) {
        List<KernelResult> members =
            results.stream()
                .filter(r -> r.threads() == threads && family(r).equals(family))
                .filter(r -> r.has(Kind.GATUN))
                .toList();
        if (!members.isEmpty()) {
          lines.add(
              String.format(Locale.ROOT, "%-12s %d thr: ", family, threads)
                  + mean(members, Kind.ROOF)
                  + mean(members, Kind.ONEDNN)
                  + mean(members, Kind.OPENBLAS));
        }
      }
    }
    return lines;
  }

  private static String mean(List<KernelResult> members, Kind kind) {
    List<Double> shares =
        members.stream().filter(r -> r.has(kind)).map(r -> r.share(Kind.GATUN, kind)).toList();
    return shares.isEmpty()
        ? ""
        : String.format(
            Locale.ROOT,
            "  %.0f%% of %s (%d)",
            100 * Statistics.geometricMean(shares),
            kind,
            shares.size());
  }

  private static String family(KernelResult r) {
    return r.name().substring(0, r.name().indexOf('/'));
  }

  static String json(Map<String, Object> machine, List<KernelResult> results) {
    List<Map<String, Object>> entries = new ArrayList<>();
    for (KernelResult r : results) {
      Map<String, Object> e = new LinkedHashMap<>();
      e.put("kernel", r.name());
      e.put("threads", r.threads());
      e.put("unit", r.unit());
      for (Kind kind : r.speeds().keySet()) {
        e.put(kind.toString(), r.speed(kind));
        e.put(kind + "_rounds", r.speeds().get(kind));
        e.put(kind + "_kernel", r.kernels().get(kind));
        if (kind != Kind.GATUN && r.has(Kind.GATUN)) {
          e.put("of_" + kind, r.share(Kind.GATUN, kind));
        }
      }
      e.put("problem", r.problem());
      entries.add(e);
    }
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("machine", machine);
    root.put("results", entries);
    return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
  }

  private KernelTable() {}
}
