package dev.gatun.core.exec;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Value;
import dev.gatun.core.plan.Cost;
import dev.gatun.core.plan.OutputMemory;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import dev.gatun.kernels.Team;
import java.util.ArrayList;
import java.util.List;

/**
 * Builds the program of Gatun's own kernels and runs it on zeros until the JIT is through with it,
 * on a thread of its own, while runs are served by oneDNN's kernels, which are fast at once.
 *
 * <p>Before it is compiled, vector code is hundreds of times slower than after: the first run of a
 * convolutional network would take seconds.
 */
final class Rehearsal implements Runnable {
  /** Below so many operations even the first run is over in a moment. */
  private static final long LEAST_FLOPS = 500_000_000;

  /** So many runs in a row no faster than those before: the code is as fast as it gets. */
  private static final int STEADY_RUNS = 4;

  private static final double FASTER = 0.9;
  private static final long MOST_NANOS = 20_000_000_000L;

  private final Executor executor;
  private final Executor.Key key;
  private final Graph ready;

  Rehearsal(Executor executor, Executor.Key key, Graph ready) {
    this.executor = executor;
    this.key = key;
    this.ready = ready;
  }

  /** Whether the graph is heavy, and can run on zeros. */
  static boolean pays(Graph ready) {
    return ready.nodes().stream().allMatch(Executor::isFixed)
        && Cost.flops(ready) >= LEAST_FLOPS
        && ready.inputs().stream().allMatch(Rehearsal::isNumeric);
  }

  private static boolean isNumeric(Value input) {
    return input.type() instanceof Type.OfTensor type
        && type.shape().isFixed()
        && type.dtype() != DType.STRING;
  }

  void start() {
    Thread thread = new Thread(null, this, "gatun-rehearsal");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void run() {
    Program own = null;
    // Not the session's team: that one is wanted for runs.
    try (Team alone = Team.ofThreads(1)) {
      own = executor.compile(ready, executor.target()::with, alone);
      Executor.warm(ready, alone);
      rehearse(own, alone);
    } catch (RuntimeException | Error e) {
      // Nothing is lost: oneDNN's program goes on. Whoever asks for this one meets the error.
      System.getLogger(Rehearsal.class.getName())
          .log(System.Logger.Level.WARNING, "Gatun's own kernels cannot take over", e);
      if (own != null) {
        own.close();
        own = null;
      }
    } finally {
      executor.takeOver(key, this, own);
    }
  }

  private void rehearse(Program program, Team alone) {
    List<Datum> zeros = new ArrayList<>();
    for (Value input : ready.inputs()) {
      Type.OfTensor type = input.tensorType();
      zeros.add(new TensorBuilder(type.dtype(), type.shape()).build());
    }
    OutputMemory memory = new OutputMemory();
    long begin = System.nanoTime();
    long best = Long.MAX_VALUE;
    int steady = 0;
    while (steady < STEADY_RUNS && System.nanoTime() - begin < MOST_NANOS && !executor.isClosed()) {
      long from = System.nanoTime();
      program.runForNothing(zeros, alone, executor, memory, null);
      long nanos = System.nanoTime() - from;
      steady = nanos < FASTER * best ? 0 : steady + 1;
      best = Math.min(best, nanos);
    }
  }
}
