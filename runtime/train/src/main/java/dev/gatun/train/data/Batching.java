package dev.gatun.train.data;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How samples become batches.
 *
 * @param size samples a batch
 * @param last what happens to a last batch that is not full
 * @param padding fields whose sizes differ from sample to sample, and what fills them up
 * @param weights name of a field to add: float32 [size], 1 for samples and 0 for rows that only
 *     fill a batch
 * @param buckets whether samples of like lengths are put together
 */
public record Batching(
    int size,
    Last last,
    Map<String, Padding> padding,
    Optional<String> weights,
    Optional<Buckets> buckets) {
  /**
   * How one field is filled up to the largest sizes of its batch.
   *
   * @param value what fills it up
   * @param multiple sizes are rounded up to a multiple of this, so that fewer shapes occur
   * @param lengths name of a field to add: int64 [size], true sizes of the first axis
   * @param mask name of a field to add: float32 [size, largest], 1 where the first axis is data
   */
  public record Padding(
      double value, int multiple, Optional<String> lengths, Optional<String> mask) {
    /** Checked. */
    public Padding {
      if (multiple < 1) {
        throw new DataException("sizes are rounded up to a multiple of at least 1");
      }
    }
  }

  /**
   * Puts samples of like lengths into one batch: several batches' worth are loaded, sorted by
   * length and cut into batches, which come in random order.
   *
   * @param field whose first axis is the length
   * @param pool how many batches are sorted together
   * @param seed of the order of the batches
   */
  public record Buckets(String field, int pool, long seed) {
    /** Checked. */
    public Buckets {
      if (pool < 1) {
        throw new DataException("a pool of at least one batch is sorted, not " + pool);
      }
    }
  }

  /** Checked. */
  public Batching {
    if (size < 1) {
      throw new DataException("a batch holds at least one sample, got " + size);
    }
    padding = Map.copyOf(padding);
  }

  /** Batches of up to this many samples, nothing padded. */
  public static Batching of(int size) {
    return new Batching(size, Last.KEEP, Map.of(), Optional.empty(), Optional.empty());
  }

  /** The same with another treatment of the last batch. */
  public Batching last(Last what) {
    return new Batching(size, what, padding, weights, buckets);
  }

  /** The same, filling up a field whose sizes differ. */
  public Batching pad(String field, double value) {
    return pad(field, new Padding(value, 1, Optional.empty(), Optional.empty()));
  }

  /** The same, filling up a field whose sizes differ. */
  public Batching pad(String field, Padding how) {
    Map<String, Padding> more = new LinkedHashMap<>(padding);
    more.put(field, how);
    return new Batching(size, last, more, weights, buckets);
  }

  /** The same with a field that is 1 for samples and 0 for rows that only fill a batch. */
  public Batching weights(String name) {
    return new Batching(size, last, padding, Optional.of(name), buckets);
  }

  /** The same with samples of like lengths together. */
  public Batching buckets(String field, int pool, long seed) {
    return new Batching(size, last, padding, weights, Optional.of(new Buckets(field, pool, seed)));
  }
}
