package dev.gatun.bench.kernels;

import dev.gatun.bench.kernels.Contestant.Kind;
import dev.gatun.bench.measure.Agreement;
import dev.gatun.bench.measure.Sample;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Times all contestants of a case in turn, round after round: JMH by itself measures one to the end
 * before the next, and then a machine that changes speed decides who wins.
 *
 * @param rounds how often each is timed
 * @param seconds of one timing
 * @param warmup seconds before the first round; later rounds warm up for a tenth of a timing
 * @param forks JVMs for each timing; 0 times all in this one
 */
record KernelDuel(int rounds, double seconds, double warmup, int forks) {
  KernelResult run(String name, int threads) throws RunnerException {
    KernelCase work = KernelCases.find(name);
    Map<Kind, String> kernels = new EnumMap<>(Kind.class);
    String problem = check(work, threads, kernels);
    Map<Kind, List<Double>> speeds = new EnumMap<>(Kind.class);
    for (int round = 0; round < rounds; round++) {
      for (Kind kind : kernels.keySet()) {
        if (kind == Kind.SCALAR && round > 0) {
          continue; // It is not a matter of a percent.
        }
        double nanos = time(name, kind, threads, round == 0);
        double amount = kind == Kind.ROOF ? roofAmount(work, threads) : work.amount();
        speeds.computeIfAbsent(kind, k -> new ArrayList<>()).add(amount / nanos);
      }
    }
    return new KernelResult(name, threads, work.unit(), speeds, kernels, problem);
  }

  /** Runs every contestant once; fills in who there is, and tells who disagrees with the truth. */
  private static String check(KernelCase work, int threads, Map<Kind, String> kernels) {
    Map<Kind, List<Sample>> outputs = new LinkedHashMap<>();
    for (Kind kind : Kind.values()) {
      Optional<Contestant> found = Contestant.of(kind, work, threads);
      if (found.isEmpty()) {
        continue;
      }
      try (Contestant contestant = found.get()) {
        kernels.put(kind, contestant.kernel());
        contestant.run();
        if (kind != Kind.ROOF) {
          outputs.put(kind, contestant.outputs());
        }
      }
    }
    // The scalar twin is the truth; where it would take minutes, the first of the others.
    Kind truth =
        outputs.containsKey(Kind.SCALAR) ? Kind.SCALAR : outputs.keySet().iterator().next();
    List<Sample> expected = outputs.getOrDefault(truth, List.of());
    for (Map.Entry<Kind, List<Sample>> entry : outputs.entrySet()) {
      Agreement agreement = Agreement.of(entry.getValue(), expected);
      if (!agreement.holds()) {
        return entry.getKey() + " against " + truth + ": " + agreement.problem();
      }
    }
    return "";
  }

  private static double roofAmount(KernelCase work, int threads) {
    try (Contestant.AtRoof roof = new Contestant.AtRoof(work, threads)) {
      return roof.amount();
    }
  }

  /** Nanoseconds a run. */
  private double time(String name, Kind kind, int threads, boolean isFirst) throws RunnerException {
    boolean scalar = kind == Kind.SCALAR;
    double before = isFirst || forks > 0 ? warmup : seconds / 10;
    var options =
        new OptionsBuilder()
            .include("^" + KernelBenchmark.class.getName().replace(".", "\\.") + "\\.run$")
            .param("kernel", name)
            .param("contestant", kind.toString())
            .param("team", Integer.toString(threads))
            .forks(forks)
            .warmupIterations(scalar ? 0 : 1)
            .warmupTime(TimeValue.milliseconds(Math.max(1, Math.round(before * 1e3))))
            .measurementIterations(1)
            .measurementTime(TimeValue.milliseconds(Math.max(1, Math.round(seconds * 1e3))))
            .shouldDoGC(false)
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();
    RunResult result = new Runner(options).runSingle();
    return result.getPrimaryResult().getScore();
  }
}
