package dev.gatun.kernels;

import java.lang.foreign.Arena;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Kernels written at run time that have not run yet, and the calls after which the JIT compiles
 * them.
 *
 * <p>Until then vector code is hundreds of times slower. A network calls some of its kernels a few
 * times a run only, and all of them wait for the slowest: called one by one, each with little work,
 * all are in the JIT's queue within a fraction of the time of the network's first run.
 */
public final class Warmup {
  /** Work of a new kernel that takes every branch the kernel has. */
  public interface Trial {
    /** How much memory it needs. */
    long bytes();

    /**
     * Calls the kernel once.
     *
     * @param zeros address of that much memory, zero at first
     * @param call number of the call, for what differs between calls
     */
    void run(long zeros, int call);
  }

  private static final Queue<Trial> FRESH = new ConcurrentLinkedQueue<>();

  /** The JIT takes a method after 200 calls to profile it, and 600 to 5000 more. */
  private static final int CALLS = 6000;

  /** A compiled kernel needs less for what a trial asks. */
  private static final long COMPILED_NANOS = 4_000;

  private static final int IN_A_ROW = 4;

  /** Remembers a kernel that was just defined. */
  public static void add(Trial trial) {
    FRESH.add(trial);
  }

  /** Forgets those that are waiting, as when all work is so small that it is soon done. */
  public static void forget() {
    FRESH.clear();
  }

  /**
   * Calls all that are waiting until they are compiled.
   *
   * @param team whose threads call them
   * @param nanos time after which it stops
   */
  public static void run(Team team, long nanos) {
    long deadline = System.nanoTime() + nanos;
    team.run(
        team.threads(),
        task -> {
          for (Trial trial = poll(); trial != null; trial = poll()) {
            call(trial, deadline);
          }
        });
  }

  /** Takes one that is waiting, if any. */
  static @Nullable Trial poll() {
    return FRESH.poll();
  }

  private static void call(Trial trial, long deadline) {
    try (Arena arena = Arena.ofConfined()) {
      long zeros = arena.allocate(trial.bytes(), Memory.ALIGNMENT).address();
      int fast = 0;
      long from = System.nanoTime();
      for (int i = 0; i < CALLS && fast < IN_A_ROW && from < deadline; i++) {
        trial.run(zeros, i);
        long to = System.nanoTime();
        fast = to - from < COMPILED_NANOS ? fast + 1 : 0;
        from = to;
      }
    }
  }

  private Warmup() {}
}
