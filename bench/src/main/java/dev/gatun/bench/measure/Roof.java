package dev.gatun.bench.measure;

import dev.gatun.kernels.Lanes;
import dev.gatun.kernels.Memory;
import dev.gatun.kernels.Team;
import java.lang.foreign.Arena;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What this machine can do at most: multiply-adds on registers, reads, or copies of as many bytes
 * as a kernel moves. Each is a run of all threads, to be timed by the caller.
 *
 * <p>The loops are as plain as they can be; a kernel may still beat the read and copy roofs where
 * its working set lies in a nearer cache.
 */
public final class Roof implements AutoCloseable, Team.Body {
  /** What bounds a kernel. */
  public enum Kind {
    FMA,
    READ,
    COPY
  }

  private static final VectorSpecies<Float> S = Lanes.F32;
  private static final int CHAINS = 12;
  private static final int FMA_ROUNDS = 1_000;
  private static final int FMA_CALLS = 20;
  private static final int VECTOR_BYTES = 4 * S.length();
  private static final int BLOCK_BYTES = 4 * VECTOR_BYTES;

  /** Places of memory that a thread reads at a time: one keeps less of the memory busy. */
  private static final int STREAMS = 4;

  private final Kind kind;
  private final Team team;
  private final Arena arena = Arena.ofShared();
  private final long src;
  private final long dst;
  private final int tasks;
  private final long blocks;

  /**
   * A roof.
   *
   * @param bytes all bytes moved, of a copy both those read and those written; ignored for FMA
   */
  public Roof(Kind kind, long bytes, Team team) {
    this.kind = kind;
    this.team = team;
    long each = kind == Kind.FMA ? 0 : kind == Kind.READ ? bytes : bytes / 2;
    long wanted = Math.max(1, each / BLOCK_BYTES);
    tasks = (int) (kind == Kind.FMA ? team.threads() : Math.min(wanted, 4L * team.threads()));
    long streams = kind == Kind.READ ? (long) STREAMS * tasks : 1;
    blocks = Math.ceilDiv(wanted, streams) * streams;
    long size = Math.max(blocks, tasks) * BLOCK_BYTES;
    src = arena.allocate(size, Memory.ALIGNMENT).address();
    dst = arena.allocate(size, Memory.ALIGNMENT).address();
    for (long i = 0; i < size; i += Float.BYTES) {
      Memory.ALL.set(Memory.F32, src + i, 1);
    }
  }

  /** Floating-point operations of a run, or bytes moved. */
  public double amount() {
    return switch (kind) {
      case FMA -> 2.0 * CHAINS * S.length() * FMA_ROUNDS * FMA_CALLS * tasks;
      case READ -> (double) blocks * BLOCK_BYTES;
      case COPY -> 2.0 * blocks * BLOCK_BYTES;
    };
  }

  /** Does it once. */
  public void run() {
    team.run(tasks, this);
  }

  @Override
  public void run(int task) {
    int first = (int) (blocks * task / tasks);
    int last = (int) (blocks * (task + 1) / tasks);
    switch (kind) {
      case FMA -> {
        // Many calls: what C2 makes of a loop that is already running may spill.
        for (int i = 0; i < FMA_CALLS; i++) {
          multiplyAdd(dst + (long) task * BLOCK_BYTES);
        }
      }
      case READ ->
          read(src + (long) first * BLOCK_BYTES, dst + (long) task * BLOCK_BYTES, last - first);
      case COPY ->
          copy(src + (long) first * BLOCK_BYTES, dst + (long) first * BLOCK_BYTES, last - first);
    }
  }

  /** The best of several runs within the given time, in billions a second. */
  public static double best(Kind kind, long bytes, int threads, double seconds) {
    double best = 0;
    try (Team team = Team.ofThreads(threads);
        Roof roof = new Roof(kind, bytes, team)) {
      long now = System.nanoTime();
      long end = now + (long) (seconds * 1e9);
      while (now < end) {
        roof.run();
        long after = System.nanoTime();
        best = Math.max(best, roof.amount() / (after - now));
        now = after;
      }
    }
    return best;
  }

  // Twelve chains: half more than latency 4 on two ports needs. The sum is what is carried, as in a
  // matrix product: C2 overwrites the addend, and a carried factor costs a move in every step.
  private static void multiplyAdd(long to) {
    FloatVector a = FloatVector.broadcast(S, 0.5f);
    FloatVector b = FloatVector.broadcast(S, 0.25f);
    FloatVector c0 = FloatVector.zero(S);
    FloatVector c1 = c0;
    FloatVector c2 = c0;
    FloatVector c3 = c0;
    FloatVector c4 = c0;
    FloatVector c5 = c0;
    FloatVector c6 = c0;
    FloatVector c7 = c0;
    FloatVector c8 = c0;
    FloatVector c9 = c0;
    FloatVector c10 = c0;
    FloatVector c11 = c0;
    for (int i = 0; i < FMA_ROUNDS; i++) {
      c0 = a.fma(b, c0);
      c1 = a.fma(b, c1);
      c2 = a.fma(b, c2);
      c3 = a.fma(b, c3);
      c4 = a.fma(b, c4);
      c5 = a.fma(b, c5);
      c6 = a.fma(b, c6);
      c7 = a.fma(b, c7);
      c8 = a.fma(b, c8);
      c9 = a.fma(b, c9);
      c10 = a.fma(b, c10);
      c11 = a.fma(b, c11);
    }
    FloatVector low = c0.add(c1).add(c2.add(c3)).add(c4.add(c5));
    FloatVector high = c6.add(c7).add(c8.add(c9)).add(c10.add(c11));
    low.add(high).intoMemorySegment(Memory.ALL, to, Lanes.ORDER);
  }

  private static void read(long from, long to, int count) {
    FloatVector s0 = FloatVector.zero(S);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    FloatVector s4 = s0;
    FloatVector s5 = s0;
    FloatVector s6 = s0;
    FloatVector s7 = s0;
    long stream = count / STREAMS * (long) BLOCK_BYTES;
    for (int i = 0; i < count / STREAMS * 2; i++) {
      long at = from + i * 2L * VECTOR_BYTES;
      s0 = s0.add(vector(at));
      s1 = s1.add(vector(at + VECTOR_BYTES));
      s2 = s2.add(vector(at + stream));
      s3 = s3.add(vector(at + stream + VECTOR_BYTES));
      s4 = s4.add(vector(at + 2 * stream));
      s5 = s5.add(vector(at + 2 * stream + VECTOR_BYTES));
      s6 = s6.add(vector(at + 3 * stream));
      s7 = s7.add(vector(at + 3 * stream + VECTOR_BYTES));
    }
    FloatVector low = s0.add(s1).add(s2.add(s3));
    low.add(s4.add(s5).add(s6.add(s7))).intoMemorySegment(Memory.ALL, to, Lanes.ORDER);
  }

  private static FloatVector vector(long at) {
    return FloatVector.fromMemorySegment(S, Memory.ALL, at, Lanes.ORDER);
  }

  private static void copy(long from, long to, int count) {
    for (int i = 0; i < 4 * count; i++) {
      long at = i * (long) VECTOR_BYTES;
      FloatVector.fromMemorySegment(S, Memory.ALL, from + at, Lanes.ORDER)
          .intoMemorySegment(Memory.ALL, to + at, Lanes.ORDER);
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
