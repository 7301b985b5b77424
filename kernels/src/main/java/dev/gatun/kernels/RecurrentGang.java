package dev.gatun.kernels;

import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Takes slices through rounds that each need all slices of the round before, without anybody having
 * to be there.
 *
 * <p>Whoever runs member s of a gang takes slice s of every round, so that its weights stay in the
 * caches of one core. A slice of a round is claimed before it is computed; those who wait for a
 * round to end take over slices whose members have not come, or do not claim theirs for long. So
 * any number of threads makes progress, down to a single one that runs the members in turn: the
 * first takes all slices, the others find everything done.
 *
 * <p>State is in native memory that {@link #reset} must have cleared before the first member
 * starts: a line each for the count of finished slices, the members that have come, and the next
 * round of each slice.
 */
final class RecurrentGang {
  /** The work of a gang. */
  interface Work {
    /** Computes one slice of one round. */
    void round(long[] buffers, int group, int slice, int round);
  }

  /** More members would not fit the mask of those that have come. */
  static final int MOST_SLICES = 64;

  private static final int LINE = 128; // two cache lines: neighbours are prefetched
  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
  private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

  /** Spins before a slice is taken from a member that has come: tens of microseconds. */
  private static final int PATIENCE = 2048;

  static long bytes(int slices) {
    return (long) LINE * (2 + slices);
  }

  /** Before the first round. */
  static void reset(long state, int slices) {
    for (int i = 0; i < slices + 2; i++) {
      LONG.setRelease(Memory.ALL, state + (long) i * LINE, 0L);
    }
  }

  /** Takes part as member {@code own} until the last round has ended. */
  // Correct without the yield, which only frees the processor when there are too few of them.
  @SuppressWarnings("ThreadPriorityCheck")
  static void run(
      long state, int slices, int rounds, long[] buffers, int group, int own, Work work) {
    if (slices == 1) {
      for (int round = 0; round < rounds; round++) {
        work.round(buffers, group, 0, round);
      }
      return;
    }
    long everyone = -1L >>> (Long.SIZE - slices);
    long come = state + LINE;
    long before = (long) LONG.getAndBitwiseOr(Memory.ALL, come, 1L << own);
    assert (before >>> own & 1) == 0 : "member " + own + " runs twice";
    // One that comes late goes on where the others are; a failed gang is at no round at all.
    int already = done(state);
    int first = already < 0 ? rounds : already / slices;
    for (int round = first; round < rounds; round++) {
      take(state, slices, round, buffers, group, own, work);
      int target = (round + 1) * slices;
      for (int spins = 0; ; spins++) {
        int done = done(state);
        if (done < 0) {
          return; // another member has failed and tells why
        }
        if (done >= target) {
          break;
        }
        boolean late = spins >= PATIENCE;
        if (late || (spins & 15) == 0) {
          long here = late ? 0 : (long) LONG.getAcquire(Memory.ALL, come);
          for (int s = 0; here != everyone && s < slices; s++) {
            if ((here >>> s & 1) == 0) {
              take(state, slices, round, buffers, group, s, work);
            }
          }
        }
        if (late) {
          spins = 0;
          Thread.yield();
        } else {
          Thread.onSpinWait();
        }
      }
    }
  }

  private static int done(long state) {
    return (int) INT.getAcquire(Memory.ALL, state);
  }

  private static void take(
      long state, int slices, int round, long[] buffers, int group, int slice, Work work) {
    long next = state + (2L + slice) * LINE;
    if ((int) INT.getAcquire(Memory.ALL, next) != round
        || !INT.compareAndSet(Memory.ALL, next, round, round + 1)) {
      return;
    }
    boolean finished = false;
    try {
      work.round(buffers, group, slice, round);
      finished = true;
    } finally {
      // A failure must not leave the others waiting.
      int before =
          finished
              ? (int) INT.getAndAdd(Memory.ALL, state, 1)
              : (int) INT.getAndBitwiseOr(Memory.ALL, state, Integer.MIN_VALUE);
      assert before < slices * (round + 1);
    }
  }

  private RecurrentGang() {}
}
