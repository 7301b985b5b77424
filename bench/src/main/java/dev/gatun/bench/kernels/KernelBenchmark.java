package dev.gatun.bench.kernels;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What JMH runs: one contestant on one case, both chosen by parameters. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class KernelBenchmark {
  @Param("gemm/512 cube")
  public String kernel = "";

  @Param("gatun")
  public String contestant = "";

  /** Size of the kernel's own team; JMH itself runs on one thread. */
  @Param("1")
  public int team;

  private Contestant work = NOBODY;

  /** Packs weights and starts the team. */
  @Setup
  public void setup() {
    Contestant.Kind kind = Contestant.Kind.valueOf(contestant.toUpperCase(Locale.ROOT));
    work =
        Contestant.of(kind, KernelCases.find(kernel), team)
            .orElseThrow(
                () -> new IllegalArgumentException(contestant + " has no kernel for " + kernel));
  }

  @TearDown
  public void tearDown() {
    work.close();
    work = NOBODY;
  }

  /** Does the work once; its results lie in memory that nobody can remove. */
  @Benchmark
  public void run() {
    work.run();
  }

  private static final Contestant NOBODY = new Nobody();

  /** Before setup and after tear-down. */
  private static final class Nobody implements Contestant {
    @Override
    public void run() {
      throw new IllegalStateException("not set up");
    }

    @Override
    public java.util.List<dev.gatun.bench.measure.Sample> outputs() {
      return java.util.List.of();
    }

    @Override
    public String kernel() {
      return "";
    }

    @Override
    public void close() {}
  }
}
