package dev.gatun.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class TeamTests {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 9})
  void runsEveryTaskOnce(int threads) {
    try (Team team = Team.ofThreads(threads)) {
      assertEquals(threads, team.threads());
      for (int tasks : new int[] {0, 1, 2, 3, 5, 64, 1000}) {
        AtomicIntegerArray runs = new AtomicIntegerArray(tasks + 1);
        team.run(tasks, runs::incrementAndGet);
        for (int task = 0; task < tasks; task++) {
          assertEquals(1, runs.get(task));
        }
        assertEquals(0, runs.get(tasks));
      }
    }
  }

  @Test
  void survivesManyEpochs() {
    try (Team team = Team.ofThreads(4)) {
      int epochs = 100_000;
      int[] stamps = new int[16 * 5];
      for (int epoch = 1; epoch <= epochs; epoch++) {
        int stamp = epoch;
        int tasks = 2 + epoch % 4;
        team.run(tasks, task -> stamps[16 * task] = stamp);
        for (int task = 0; task < tasks; task++) {
          assertEquals(
              stamp, stamps[16 * task]); // plain reads: run() must publish what tasks wrote
        }
      }
    }
  }

  @Test
  void wakesParkedWorkersWithoutLosingTasks() throws InterruptedException {
    try (Team team = Team.ofThreads(4)) {
      for (int round = 0; round < 50; round++) {
        Thread.sleep(3); // longer than the workers spin
        AtomicInteger sum = new AtomicInteger();
        team.run(100, sum::addAndGet);
        assertEquals(4950, sum.get());
      }
    }
  }

  @Test
  void splitsMoreTasksThanATicketHolds() {
    try (Team team = Team.ofThreads(3)) {
      int tasks = 2 * Team.MAX_TASKS_PER_EPOCH + 3;
      AtomicIntegerArray runs = new AtomicIntegerArray(tasks);
      team.run(tasks, runs::incrementAndGet);
      for (int task = 0; task < tasks; task++) {
        if (runs.get(task) != 1) {
          assertEquals(1, runs.get(task), "task " + task);
        }
      }
    }
  }

  @Test
  void servesConcurrentCallers() throws InterruptedException {
    try (Team team = Team.ofThreads(3)) {
      AtomicReference<Throwable> failure = new AtomicReference<>();
      List<Thread> callers = new ArrayList<>();
      for (int c = 0; c < 4; c++) {
        Thread caller =
            new Thread(
                () -> {
                  for (int i = 0; i < 5000; i++) {
                    AtomicInteger sum = new AtomicInteger();
                    team.run(17, sum::addAndGet);
                    assertEquals(136, sum.get());
                  }
                });
        caller.setUncaughtExceptionHandler((thread, thrown) -> failure.set(thrown));
        callers.add(caller);
        caller.start();
      }
      for (Thread caller : callers) {
        caller.join();
      }
      assertEquals(null, failure.get());
    }
  }

  @Test
  void nestedJobsRunInTheirCaller() {
    try (Team team = Team.ofThreads(4)) {
      AtomicInteger sum = new AtomicInteger();
      team.run(
          8,
          outer -> {
            Thread self = Thread.currentThread();
            team.run(
                10,
                inner -> {
                  assertSame(self, Thread.currentThread());
                  sum.addAndGet(inner);
                });
          });
      assertEquals(8 * 45, sum.get());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void exceptionsReachTheCallerAndLeaveTheTeamUsable(int threads) {
    try (Team team = Team.ofThreads(threads)) {
      for (int round = 0; round < 2000; round++) {
        int bad = round % 40;
        IllegalStateException thrown = new IllegalStateException("task " + bad);
        assertSame(
            thrown,
            assertThrows(
                IllegalStateException.class,
                () ->
                    team.run(
                        40,
                        task -> {
                          if (task == bad) {
                            throw thrown;
                          }
                        })));
        AtomicInteger sum = new AtomicInteger();
        team.run(40, sum::addAndGet);
        assertEquals(780, sum.get());
      }
      assertThrows(
          OutOfMemoryError.class,
          () ->
              team.run(
                  3,
                  task -> {
                    throw new OutOfMemoryError("errors pass as well");
                  }));
    }
  }

  @Test
  void closeWaitsForTheJobInFlightAndRefusesNewOnes() throws InterruptedException {
    Team team = Team.ofThreads(3);
    CountDownLatch started = new CountDownLatch(1);
    AtomicInteger done = new AtomicInteger();
    Thread caller =
        new Thread(
            () ->
                team.run(
                    6,
                    task -> {
                      started.countDown();
                      long until = System.nanoTime() + 20_000_000;
                      while (System.nanoTime() < until) {
                        Thread.onSpinWait();
                      }
                      done.incrementAndGet();
                    }));
    caller.start();
    started.await();
    team.close();
    assertEquals(6, done.get());
    caller.join();
    team.close();
    assertThrows(IllegalStateException.class, () -> team.run(2, task -> {}));
  }

  @Test
  void refusesToBeClosedByItsOwnTask() {
    try (Team team = Team.ofThreads(2)) {
      Runnable closing = team::close;
      assertThrows(IllegalStateException.class, () -> team.run(8, task -> closing.run()));
      AtomicInteger sum = new AtomicInteger();
      team.run(4, sum::addAndGet);
      assertEquals(6, sum.get());
    }
  }

  @Test
  void refusesSenselessSizes() {
    assertThrows(IllegalArgumentException.class, () -> Team.ofThreads(0));
    try (Team team = Team.ofAllProcessors()) {
      assertTrue(team.threads() >= 1);
      assertThrows(IllegalArgumentException.class, () -> team.run(-1, task -> {}));
    }
  }

  @Test
  void runningAllocatesNothing() {
    var bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Team team = Team.ofThreads(4)) {
      int[] cells = new int[16 * 64];
      Team.Body body = task -> cells[16 * task]++;
      team.run(64, body);
      bean.getCurrentThreadAllocatedBytes();
      long before = bean.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 1000; i++) {
        team.run(64, body);
      }
      assertEquals(0, bean.getCurrentThreadAllocatedBytes() - before);
      assertEquals(1001, cells[0]);
    }
  }
}
