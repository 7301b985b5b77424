package dev.gatun.core.exec;

import dev.gatun.ffi.FreedMemory;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Gives back memory that was freed while the JIT compiles what new programs call.
 *
 * <p>One thread for the process, a while after the latest program: what the C library keeps is the
 * process's, too.
 */
final class Settling implements Runnable {
  private static final long PAUSE_MILLIS = 500;
  private static final long LONGEST_NANOS = 20_000_000_000L;

  /** When it ends, 0 while no thread runs. */
  private static final AtomicLong END = new AtomicLong();

  /** There is a new program. */
  static void begin() {
    // Never 0, which means that there is no thread.
    long end = System.nanoTime() + LONGEST_NANOS | 1;
    if (END.getAndSet(end) == 0) {
      Thread.ofPlatform().daemon().name("gatun-settling").start(new Settling());
    }
  }

  @Override
  public void run() {
    if (!FreedMemory.canBeGivenBack()) {
      return; // and END stays, so that no other thread is started for nothing
    }
    try {
      for (long end = END.get(); ; end = END.get()) {
        if (System.nanoTime() - end >= 0 && END.compareAndSet(end, 0)) {
          return;
        }
        Thread.sleep(PAUSE_MILLIS);
        FreedMemory.giveBack();
      }
    } catch (InterruptedException e) {
      END.set(0);
    }
  }
}
