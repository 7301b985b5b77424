package dev.gatun.train.data;

import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Loads batches on threads of its own, ahead of who asks for them.
 *
 * <p>The threads take groups of entries in turn under {@code source}, so that the order is made by
 * one at a time, and put the loaded batch into the place of its number in a ring. The ring bounds
 * what is loaded and not yet taken.
 */
final class PrefetchCursor implements BatchCursor {
  private static final System.Logger LOG = System.getLogger(PrefetchCursor.class.getName());
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** What became of one number: a batch, an error, or (both null) the end. */
  private record Outcome(@Nullable Batch batch, @Nullable Throwable error) {}

  private final Groups groups;
  private final Collate collate;
  private final ReentrantLock source = new ReentrantLock();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition loaded = lock.newCondition();
  private final Condition taken = lock.newCondition();
  private final @Nullable Outcome[] ring;
  private final Thread[] threads;
  private long handedOut;
  private long asked;
  private boolean exhausted;
  private volatile boolean closed;

  PrefetchCursor(Groups groups, Collate collate, long first, int workers, int ahead) {
    this.groups = groups;
    this.collate = collate;
    this.ring = new @Nullable Outcome[ahead];
    this.handedOut = first;
    this.asked = first;
    this.threads = new Thread[workers];
    for (int i = 0; i < workers; i++) {
      threads[i] = Thread.ofPlatform().daemon().name("gatun-data-" + i).unstarted(this::work);
    }
    for (Thread thread : threads) {
      thread.start();
    }
  }

  private void work() {
    try {
      boolean more = true;
      while (more) {
        more = loadOne();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // close() lost its patience
    }
  }

  private boolean loadOne() throws InterruptedException {
    long number;
    List<Entry> group;
    source.lockInterruptibly();
    try {
      if (!awaitRoom()) {
        return false;
      }
      number = handedOut++;
      try {
        group = groups.next();
      } catch (Throwable e) {
        exhausted = true;
        publish(number, new Outcome(null, e));
        return false;
      }
      if (group == null) {
        exhausted = true;
        publish(number, new Outcome(null, null));
        return false;
      }
    } finally {
      source.unlock();
    }
    try {
      Batch batch = collate.load(number, group, () -> closed);
      if (batch == null) {
        return false;
      }
      publish(number, new Outcome(batch, null));
    } catch (Throwable e) {
      publish(number, new Outcome(null, e));
      return false;
    }
    return true;
  }

  /** Waits until the ring has a place; false when there is nothing to load any more. */
  private boolean awaitRoom() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed && !exhausted && handedOut - asked >= ring.length) {
        taken.await();
      }
      return !closed && !exhausted;
    } finally {
      lock.unlock();
    }
  }

  private void publish(long number, Outcome outcome) {
    lock.lock();
    try {
      ring[(int) (number % ring.length)] = outcome;
      loaded.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the batch of the next number without taking it. */
  private @Nullable Outcome await() {
    lock.lock();
    try {
      int at = (int) (asked % ring.length);
      while (!closed && ring[at] == null) {
        loaded.awaitUninterruptibly();
      }
      return closed ? null : ring[at];
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean hasNext() {
    Outcome outcome = await();
    return outcome != null && (outcome.batch() != null || outcome.error() != null);
  }

  @Override
  public Batch next() {
    Outcome outcome = await();
    if (outcome != null && outcome.batch() != null) {
      lock.lock();
      try {
        ring[(int) (asked++ % ring.length)] = null;
        taken.signalAll();
      } finally {
        lock.unlock();
      }
      return outcome.batch();
    }
    if (outcome != null && outcome.error() != null) {
      close();
      switch (outcome.error()) {
        case Error error -> throw error;
        case Throwable other -> throw DataException.at("batch " + asked, other);
      }
    }
    throw new NoSuchElementException("the epoch is over");
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      taken.signalAll();
      loaded.signalAll();
    } finally {
      lock.unlock();
    }
    // No interrupts at first: they would close channels that other epochs read from.
    boolean stopped = join();
    if (!stopped) {
      for (Thread thread : threads) {
        thread.interrupt();
      }
      stopped = join();
    }
    for (Outcome outcome : ring) {
      if (outcome != null && outcome.batch() != null) {
        outcome.batch().close();
      }
    }
    if (stopped) {
      groups.close();
    } else {
      LOG.log(
          System.Logger.Level.WARNING,
          "a thread that loads data does not stop; the source it reads from stays open");
    }
  }

  private boolean join() {
    boolean stopped = true;
    for (Thread thread : threads) {
      try {
        stopped &= thread.join(PATIENCE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return stopped;
  }
}
