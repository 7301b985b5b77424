package dev.gatun.train.data;

import dev.gatun.core.tensor.Tensor;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Samples in an order, to be gone through again and again, an epoch at a time.
 *
 * <p>A data set is a description; nothing is read before its samples are asked for. Everything that
 * is random follows from a seed, the epoch and the sample's position: the same whatever the number
 * of threads, and different in every epoch. Functions given to it are called by several threads at
 * once.
 *
 * <p>Sets whose samples can be read in any order are {@link IndexedDataset}s; only these can be
 * split or wholly shuffled.
 */
public abstract class Dataset {
  Dataset() {}

  /** A set of tensors whose first axis counts the samples; nothing is copied. */
  public static IndexedDataset of(Map<String, Tensor> columns) {
    return new Columns(columns, "sample");
  }

  /** A set of two tensors, say features and targets. */
  public static IndexedDataset of(String name, Tensor values, String other, Tensor otherValues) {
    Map<String, Tensor> columns = new LinkedHashMap<>();
    columns.put(name, values);
    columns.put(other, otherValues);
    return of(columns);
  }

  /** A set whose samples are loaded by number, on several threads. */
  public static IndexedDataset of(long count, SampleLoader loader) {
    return new Loaded(count, loader);
  }

  /**
   * A set that is read from its beginning in every epoch, by one thread; an iterator that is
   * AutoCloseable is closed.
   */
  public static Dataset stream(Supplier<? extends Iterator<Sample>> source) {
    return new Streamed(source);
  }

  /** Number of samples in an epoch, where it is known before. */
  public abstract OptionalLong size();

  /** The order of one epoch. */
  abstract Entries open(long epoch);

  /** The samples of one epoch, loaded one by one; to be closed. */
  public final SampleCursor samples(long epoch) {
    return new SampleCursor(open(epoch));
  }

  /** Every sample changed. */
  public Dataset map(UnaryOperator<Sample> function) {
    return new MappedStream(this, Mapping.of(function));
  }

  /** Every sample changed at random, anew in every epoch. */
  public Dataset augment(long seed, Augmentation augmentation) {
    return new MappedStream(this, Mapping.random(seed, augmentation));
  }

  /** The samples that pass; each is loaded when the order is made, by one thread. */
  public final Dataset filter(Predicate<Sample> test) {
    return new Filtered(this, test);
  }

  /**
   * The samples in an order that is random within a buffer, for streams: each next one is drawn
   * from {@code buffer} waiting ones. What waits is not loaded yet.
   */
  public final Dataset shuffle(long seed, int buffer) {
    return new BufferShuffled(this, seed, buffer);
  }

  /**
   * The first samples of every epoch. After a shuffle these are others in every epoch: split first.
   */
  public Dataset take(long count) {
    return new Section(this, 0, count);
  }

  /** All but the first samples of every epoch; see {@link #take}. */
  public Dataset skip(long count) {
    return new Section(this, count, Long.MAX_VALUE);
  }

  /** Every epoch made of several of this set, each in its own order. */
  public Dataset repeat(int times) {
    return new Repeated(this, times);
  }

  /** The samples of this set and then those of another. */
  public Dataset concat(Dataset other) {
    return new Joined(this, other);
  }

  /**
   * Keeps every sample once it is loaded; what is random before is then the same in all epochs. It
   * must fit into memory.
   */
  public Dataset cache() {
    return new CachedStream(this);
  }

  /**
   * Batches of up to this many samples; the last one is smaller where it does not come out even.
   */
  public final Batches batch(int size) {
    return batch(Batching.of(size));
  }

  /** Batches of this many samples. */
  public final Batches batch(int size, Last last) {
    return batch(Batching.of(size).last(last));
  }

  /** Batches with everything said. */
  public final Batches batch(Batching batching) {
    return new Batches(this, batching, 0, 0);
  }
}
