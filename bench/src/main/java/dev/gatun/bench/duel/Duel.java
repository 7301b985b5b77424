package dev.gatun.bench.duel;

import dev.gatun.bench.measure.Agreement;
import dev.gatun.bench.measure.Sample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures both engines in turn, each in a process of its own that lives through all rounds: what
 * the machine does besides hits both, and a ratio is taken within a round.
 */
record Duel(EngineCommand gatun, EngineCommand peer, DuelOptions options) {
  Result run(Contestant model, int threads) {
    try (WorkerProcess mine = start(gatun, model, threads);
        WorkerProcess theirs = start(peer, model, threads)) {
      mine.measure(options.warmup);
      theirs.measure(options.warmup);
      Side g = new Side(mine);
      Side p = new Side(theirs);
      List<Double> ratios = new ArrayList<>();
      for (int round = 0; round < options.rounds; round++) {
        // Who comes first changes: neither always finds the machine warmed by the other.
        double own;
        double other;
        if (round % 2 == 0) {
          own = g.measure(options.seconds);
          other = p.measure(options.seconds);
        } else {
          other = p.measure(options.seconds);
          own = g.measure(options.seconds);
        }
        ratios.add(own / other);
      }
      Path outputs = options.work.resolve(model.name() + ".outputs");
      List<Sample> found = mine.outputs(outputs);
      Agreement agreement = Agreement.of(found, theirs.outputs(outputs));
      long gatunPeak = mine.peakBytes();
      long peerPeak = theirs.peakBytes();
      double gflop = mine.flops() / 1e9;
      // Processes of their own, for a program that starts often asks for a quick start.
      if (options.cold > 0) {
        g.coldStarts.clear();
        p.coldStarts.clear();
      }
      for (int i = 0; i < options.cold; i++) {
        try (WorkerProcess one = start(gatun, model, threads, true)) {
          g.coldStarts.add(one.firstResultMs());
        }
        try (WorkerProcess one = start(peer, model, threads)) {
          p.coldStarts.add(one.firstResultMs());
        }
      }
      return new Result(
          model.name(),
          threads,
          options.backend,
          g.result(gatunPeak),
          p.result(peerPeak),
          ratios,
          gflop,
          agreement);
    }
  }

  /** Starts each engine once for nothing: its archive of classes is written when it ends. */
  List<String> prepare(Contestant model) {
    List<String> versions = new ArrayList<>();
    for (EngineCommand engine : List.of(gatun, peer)) {
      try (WorkerProcess process = start(engine, model, 1)) {
        versions.add(process.version());
      }
    }
    return versions;
  }

  private WorkerProcess start(EngineCommand engine, Contestant model, int threads) {
    return start(engine, model, threads, false);
  }

  private WorkerProcess start(EngineCommand engine, Contestant model, int threads, boolean quick) {
    return WorkerProcess.start(engine, model, threads, options.backend, quick, options.work);
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
