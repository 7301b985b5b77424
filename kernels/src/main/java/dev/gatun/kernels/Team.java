package dev.gatun.kernels;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed team of threads that runs the tasks of one step at a time: the caller and {@code threads
 * - 1} daemon workers.
 *
 * <p>Tasks are claimed one by one from a single 64-bit ticket [epoch | total | next]. Everything a
 * claim depends on is in that word, so a worker that wakes up late can never pair an old index with
 * a new step, and nobody waits for workers that claimed nothing: waking a parked thread costs 30 to
 * 100 us, often longer than the step. Idle workers spin for about a millisecond, so that steps in
 * quick succession start in less than a microsecond, and park after that.
 *
 * <p>There is one team for everything and it runs one job at a time. A caller that finds it busy,
 * be it another thread or a task of the running job, runs its tasks itself: no waiting, no
 * deadlock. Running a job allocates nothing.
 */
public final class Team implements AutoCloseable {
  /** The work of a step. */
  @FunctionalInterface
  public interface Body {
    /** Does the work of one task; every task of a job is run exactly once, by any thread. */
    void run(int task);
  }

  private static final int INDEX_BITS = 20;
  private static final long INDEX_MASK = (1L << INDEX_BITS) - 1;
  private static final int EPOCH_SHIFT = 2 * INDEX_BITS;
  private static final long EPOCH_MASK = -1L >>> EPOCH_SHIFT;

  /** More tasks than this are handed out in several epochs. */
  static final int MAX_TASKS_PER_EPOCH = (int) INDEX_MASK;

  private static final long SPIN_NANOS = 1_500_000;

  // Words of shared state, each on two cache lines of its own (neighbouring lines are prefetched).
  private static final int PADDING = 16;
  private static final int TICKET = PADDING;
  private static final int DONE = 2 * PADDING;
  private static final int BUSY = 3 * PADDING;
  private static final int PARKED = 4 * PADDING;

  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle FAILURE;

  static {
    try {
      FAILURE = MethodHandles.lookup().findVarHandle(Team.class, "failure", Throwable.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final long[] words;
  private final Thread[] workers;

  // Written by the owner of the team before it publishes a ticket, read after the ticket.
  private @Nullable Body body;
  private int firstTask;
  private volatile @Nullable Throwable failure;

  private volatile @Nullable Thread owner;
  private volatile boolean closed;

  private Team(int threads) {
    words = new long[PARKED + PADDING * (threads + 1)];
    workers = new Thread[threads - 1];
    for (int w = 0; w < workers.length; w++) {
      int index = w;
      workers[w] = new Thread(null, () -> work(index), "gatun-team-" + (w + 1));
      workers[w].setDaemon(true);
    }
    for (Thread worker : workers) {
      worker.start();
    }
  }

  /** A team of the calling thread and {@code threads - 1} workers. */
  public static Team ofThreads(int threads) {
    if (threads < 1 || threads > 4096) {
      throw new IllegalArgumentException("a team has 1 to 4096 threads, got " + threads);
    }
    return new Team(threads);
  }

  /** A team with a thread for every processor this process may use, container limits included. */
  public static Team ofAllProcessors() {
    return ofThreads(Math.min(4096, Runtime.getRuntime().availableProcessors()));
  }

  /** Number of threads, the caller included. */
  public int threads() {
    return workers.length + 1;
  }

  /**
   * Runs tasks 0 to {@code tasks - 1} and returns when all are done.
   *
   * <p>When a task throws, tasks not yet started are skipped and the first exception is thrown
   * here; the team stays usable.
   *
   * @throws IllegalStateException when the team is closed
   */
  public void run(int tasks, Body body) {
    if (tasks < 0) {
      throw new IllegalArgumentException("number of tasks must not be negative, got " + tasks);
    }
    if (closed) {
      throw new IllegalStateException("the team is closed");
    }
    if (tasks <= 1 || workers.length == 0 || !WORD.compareAndSet(words, BUSY, 0L, 1L)) {
      for (int task = 0; task < tasks; task++) {
        body.run(task);
      }
      return;
    }
    if (closed) { // close() won the race for the team
      WORD.setRelease(words, BUSY, 0L);
      throw new IllegalStateException("the team is closed");
    }
    owner = Thread.currentThread();
    Throwable thrown;
    try {
      for (int first = 0; first < tasks; ) {
        int count = Math.min(tasks - first, MAX_TASKS_PER_EPOCH);
        runEpoch(first, count, body);
        first += count;
      }
    } finally {
      thrown = failure;
      failure = null;
      this.body = null; // keep nothing of the caller alive
      owner = null;
      WORD.setRelease(words, BUSY, 0L);
    }
    if (thrown != null) {
      throw Team.<RuntimeException>unchecked(thrown);
    }
  }

  // Correct without the yield, which only frees the processor when there are too few of them.
  @SuppressWarnings("ThreadPriorityCheck")
  private void runEpoch(int first, int count, Body job) {
    body = job;
    firstTask = first;
    WORD.setRelease(words, DONE, 0L);
    long epoch = (((long) WORD.getAcquire(words, TICKET) >>> EPOCH_SHIFT) + 1) & EPOCH_MASK;
    WORD.setVolatile(words, TICKET, epoch << EPOCH_SHIFT | (long) count << INDEX_BITS);
    for (int w = 0; w < workers.length && w < count - 1; w++) {
      int parked = PARKED + PADDING * w;
      if ((long) WORD.getVolatile(words, parked) != 0
          && WORD.compareAndSet(words, parked, 1L, 0L)) {
        LockSupport.unpark(workers[w]);
      }
    }
    drain(epoch);
    // What is claimed is running elsewhere: wait for it.
    for (int spins = 1; (long) WORD.getAcquire(words, DONE) != count; spins++) {
      if ((spins & 2047) == 0) {
        Thread.yield();
      } else {
        Thread.onSpinWait();
      }
    }
  }

  /** Claims and runs tasks until the ticket has none left or belongs to another epoch. */
  private void drain(long epoch) {
    while (true) {
      long ticket = (long) WORD.getAcquire(words, TICKET);
      int next = (int) (ticket & INDEX_MASK);
      int total = (int) (ticket >>> INDEX_BITS & INDEX_MASK);
      if (ticket >>> EPOCH_SHIFT != epoch || next >= total) {
        return;
      }
      // Not a mistake: both may already belong to a later epoch here, but then the claim fails.
      Body job = body;
      int task = firstTask + next;
      if (job == null || !WORD.compareAndSet(words, TICKET, ticket, ticket + 1)) {
        continue;
      }
      try {
        if (failure == null) {
          job.run(task);
        }
      } catch (Throwable t) {
        FAILURE.compareAndSet(this, null, t);
      } finally {
        WORD.getAndAdd(words, DONE, 1L);
      }
    }
  }

  private void work(int index) {
    int parked = PARKED + PADDING * index;
    long seen = 0;
    while (!closed) {
      long epoch = (long) WORD.getAcquire(words, TICKET) >>> EPOCH_SHIFT;
      if (epoch == seen) {
        epoch = spin(seen);
      }
      if (epoch == seen) {
        WORD.setVolatile(words, parked, 1L);
        // Whoever publishes a ticket after this look sees the flag and unparks.
        if ((long) WORD.getVolatile(words, TICKET) >>> EPOCH_SHIFT == seen && !closed) {
          LockSupport.park(this);
        }
        Thread.interrupted(); // an interrupt left behind by a task would make every park return
        WORD.setVolatile(words, parked, 0L);
        continue;
      }
      seen = epoch;
      drain(epoch);
    }
  }

  /** Waits a while for a new epoch and returns the current one. */
  private long spin(long seen) {
    long start = System.nanoTime();
    while (true) {
      for (int i = 0; i < 256; i++) {
        long epoch = (long) WORD.getAcquire(words, TICKET) >>> EPOCH_SHIFT;
        if (epoch != seen || closed) {
          return epoch;
        }
        Thread.onSpinWait();
      }
      if (System.nanoTime() - start > SPIN_NANOS) {
        return seen;
      }
    }
  }

  /**
   * Waits for the job in flight, then ends the workers. Closing twice is allowed.
   *
   * @throws IllegalStateException when called by a task of this team, which would wait for itself
   */
  @Override
  public void close() {
    Thread caller = Thread.currentThread();
    if (caller.equals(owner)) {
      throw new IllegalStateException("a task must not close the team that runs it");
    }
    for (Thread worker : workers) {
      if (caller.equals(worker)) {
        throw new IllegalStateException("a task must not close the team that runs it");
      }
    }
    closed = true;
    boolean interrupted = false;
    // New jobs are refused now, so this waits for at most the one in flight.
    while (!WORD.compareAndSet(words, BUSY, 0L, 1L)) {
      LockSupport.parkNanos(this, 100_000);
    }
    WORD.setRelease(words, BUSY, 0L);
    for (Thread worker : workers) {
      LockSupport.unpark(worker);
    }
    for (Thread worker : workers) {
      while (worker.isAlive()) {
        try {
          worker.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      caller.interrupt();
    }
  }

  @SuppressWarnings("unchecked") // a task can only throw what it could throw to its direct caller
  private static <T extends Throwable> T unchecked(Throwable thrown) throws T {
    throw (T) thrown;
  }
}
