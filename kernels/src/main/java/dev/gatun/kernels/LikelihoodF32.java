package dev.gatun.kernels;

/**
 * Negative log-likelihood of targets: -weight[t] * x[n, t, p] for x [batch, classes, positions] and
 * targets t [batch, positions].
 *
 * <p>One load a target, so it is as fast as memory; sums are double and are combined in the order
 * of parts whose size is fixed, so that they do not depend on the number of threads.
 *
 * @param ignore whether targets equal to {@code ignored} count nothing
 */
public record LikelihoodF32(
    long count, int classes, long positions, int indexBytes, boolean ignore, long ignored) {
  /** Targets of one part of a sum. */
  private static final long PART = 4096;

  public LikelihoodF32 {
    Indices.requireWidth("likelihood", indexBytes);
  }

  /** Number of parts that {@link #part} can do independently. */
  public int parts() {
    return Math.toIntExact(Math.max(1, Math.ceilDiv(count, PART)));
  }

  /** Bytes that all parts need together. */
  public long scratchBytes() {
    return 16L * parts();
  }

  /** Loss of each target of a part; 0 where it is ignored. */
  public void each(long x, long targets, long weight, long dst, int part) {
    long last = Math.min(count, (part + 1) * PART);
    for (long i = part * PART; i < last; i++) {
      long target = Indices.raw(targets, indexBytes, i);
      float loss = 0;
      if (!ignore || target != ignored) {
        float w = weight == 0 ? 1 : Memory.ALL.get(Memory.F32, weight + 4 * check(target, i));
        loss = -w * Memory.ALL.get(Memory.F32, x + 4 * place(check(target, i), i));
      }
      Memory.ALL.set(Memory.F32, dst + 4 * i, loss);
    }
  }

  /** Sums of a part's losses and weights, into scratch memory. */
  public void part(long x, long targets, long weight, long scratch, int part) {
    long last = Math.min(count, (part + 1) * PART);
    double losses = 0;
    double weights = 0;
    for (long i = part * PART; i < last; i++) {
      long target = Indices.raw(targets, indexBytes, i);
      if (!ignore || target != ignored) {
        double w = weight == 0 ? 1 : Memory.ALL.get(Memory.F32, weight + 4 * check(target, i));
        losses -= w * Memory.ALL.get(Memory.F32, x + 4 * place(check(target, i), i));
        weights += w;
      }
    }
    Memory.ALL.set(Memory.F64, scratch + 16L * part, losses);
    Memory.ALL.set(Memory.F64, scratch + 16L * part + 8, weights);
  }

  /** The sum of all parts; divided by the sum of weights for the mean. */
  public void combine(long scratch, long dst, boolean mean) {
    double losses = 0;
    double weights = 0;
    for (int part = 0; part < parts(); part++) {
      losses += Memory.ALL.get(Memory.F64, scratch + 16L * part);
      weights += Memory.ALL.get(Memory.F64, scratch + 16L * part + 8);
    }
    Memory.ALL.set(Memory.F32, dst, (float) (mean ? losses / weights : losses));
  }

  private long place(long target, long i) {
    return (i / positions * classes + target) * positions + i % positions;
  }

  private long check(long target, long position) {
    if (target < 0 || target >= classes) {
      throw new IndexOutOfBoundsException(
          "target "
              + target
              + " at position "
              + position
              + " is not one of "
              + classes
              + " classes");
    }
    return target;
  }
}
