package dev.gatun.bench.compare;

import dev.gatun.bench.compare.WorkerProcess.Kind;
import dev.gatun.bench.measure.Agreement;
import dev.gatun.bench.measure.Sample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures both engines in turn, each in a process of its own that lives through all rounds: what
 * the machine does besides hits both, and a ratio is taken within a round.
 *
 * @param rounds how often each engine is measured
 * @param seconds of one measurement
 * @param warmup seconds before the first round, for each engine
 * @param cold further processes that are started only for their first result
 * @param backend Gatun's
 * @param work where files are kept
 */
record Duel(int rounds, double seconds, double warmup, int cold, String backend, Path work) {
  Result run(Contestant model, int threads) {
    try (WorkerProcess gatun = start(Kind.GATUN, model, threads);
        WorkerProcess peer = start(Kind.ONNXRUNTIME, model, threads)) {
      gatun.measure(warmup);
      peer.measure(warmup);
      Side g = new Side(gatun);
      Side p = new Side(peer);
      List<Double> ratios = new ArrayList<>();
      for (int round = 0; round < rounds; round++) {
        // Who comes first changes: neither always finds the machine warmed by the other.
        double mine;
        double theirs;
        if (round % 2 == 0) {
          mine = g.measure(seconds);
          theirs = p.measure(seconds);
        } else {
          theirs = p.measure(seconds);
          mine = g.measure(seconds);
        }
        ratios.add(mine / theirs);
      }
      Path outputs = work.resolve(model.name() + ".outputs");
      List<Sample> found = gatun.outputs(outputs);
      Agreement agreement = Agreement.of(found, peer.outputs(outputs));
      long gatunPeak = gatun.peakBytes();
      long peerPeak = peer.peakBytes();
      double gflop = gatun.flops() / 1e9;
      // Processes of their own, for a program that starts often asks for a quick start.
      if (cold > 0) {
        g.coldStarts.clear();
        p.coldStarts.clear();
      }
      for (int i = 0; i < cold; i++) {
        try (WorkerProcess one = start(Kind.GATUN, model, threads, true)) {
          g.coldStarts.add(one.firstResultMs());
        }
        try (WorkerProcess one = start(Kind.ONNXRUNTIME, model, threads)) {
          p.coldStarts.add(one.firstResultMs());
        }
      }
      return new Result(
          model.name(),
          threads,
          backend,
          g.result(gatunPeak),
          p.result(peerPeak),
          ratios,
          gflop,
          agreement);
    }
  }

  /** The options that figures depend on. */
  Map<String, Object> facts() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("backend", backend);
    facts.put("rounds", rounds);
    facts.put("seconds", seconds);
    facts.put("warmup", warmup);
    facts.put("cold", cold);
    return facts;
  }

  /** Starts each engine once for nothing: its archive of classes is written when it ends. */
  List<String> prepare(Contestant model) {
    List<String> versions = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      try (WorkerProcess process = start(kind, model, 1)) {
        versions.add(process.version());
      }
    }
    return versions;
  }

  private WorkerProcess start(Kind kind, Contestant model, int threads) {
    return start(kind, model, threads, false);
  }

  private WorkerProcess start(Kind kind, Contestant model, int threads, boolean quick) {
    return WorkerProcess.start(kind, model.file(), model.inputs(), threads, backend, quick, work);
  }

  /** Collects what one process measures. */
  private static final class Side {
    private final WorkerProcess process;
    private final List<Double> latencies = new ArrayList<>();
    private final List<Double> coldStarts = new ArrayList<>();
    private double min = Double.POSITIVE_INFINITY;

    Side(WorkerProcess process) {
      this.process = process;
      coldStarts.add(process.firstResultMs());
    }

    double measure(double seconds) {
      WorkerProcess.Times times = process.measure(seconds);
      latencies.add(times.medianMs());
      min = Math.min(min, times.minMs());
      return times.medianMs();
    }

    Result.Side result(long peakBytes) {
      return new Result.Side(
          List.copyOf(latencies),
          min,
          process.loadMs(),
          process.firstRunMs(),
          List.copyOf(coldStarts),
          peakBytes);
    }
  }
}
