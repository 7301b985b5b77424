package dev.gatun.train.data;

import java.util.OptionalLong;

/**
 * A data set in batches, to be gone through an epoch at a time.
 *
 * <p>Without workers the thread that asks for a batch loads it. With workers their threads load
 * ahead, each a batch of its own; order and contents are the same.
 */
public final class Batches {
  private final Dataset dataset;
  private final Batching batching;
  private final int workers;
  private final int ahead;
  private final BatchMemory memory;

  Batches(Dataset dataset, Batching batching, int workers, int ahead) {
    this.dataset = dataset;
    this.batching = batching;
    this.workers = workers;
    this.ahead = ahead;
    this.memory = new BatchMemory(ahead + workers + 2);
  }

  /** The same batches, loaded by this many threads, up to two batches each ahead. */
  public Batches prefetch(int threads) {
    return prefetch(threads, 2 * threads);
  }

  /**
   * The same batches, loaded by this many threads.
   *
   * @param batches how many may be loaded or loading before they are asked for; bounds the memory
   */
  public Batches prefetch(int threads, int batches) {
    if (threads < 0 || batches < threads) {
      throw new DataException(
          threads
              + " threads cannot load "
              + batches
              + " batches ahead; give 0 or more threads and at least one batch for each");
    }
    return new Batches(dataset, batching, threads, batches);
  }

  /** How samples become batches. */
  public Batching batching() {
    return batching;
  }

  /** Number of batches in an epoch, where it is known before. */
  public OptionalLong size() {
    OptionalLong samples = dataset.size();
    if (samples.isEmpty() || batching.buckets().isPresent() && batching.last() == Last.DROP) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(
        batching.last() == Last.DROP
            ? samples.getAsLong() / batching.size()
            : Math.ceilDiv(samples.getAsLong(), batching.size()));
  }

  /** Number of samples in an epoch, where it is known before. */
  public OptionalLong samples() {
    return dataset.size();
  }

  /** The batches of one epoch. */
  public BatchCursor open(long epoch) {
    return open(epoch, 0);
  }

  /** The batches of one epoch but the first ones, whose samples are not loaded. */
  public BatchCursor open(long epoch, long skipped) {
    Groups groups = new Groups(dataset.open(epoch), batching, epoch);
    for (long i = 0; i < skipped; i++) {
      if (groups.next() == null) {
        break;
      }
    }
    Collate collate = new Collate(batching, memory);
    return workers == 0
        ? new DirectCursor(groups, collate, skipped)
        : new PrefetchCursor(groups, collate, skipped, workers, ahead);
  }

  /** How often memory for a batch was not there yet. */
  long allocations() {
    return memory.allocations();
  }
}
