package dev.gatun.train.data;

import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Samples that can be read in any order. */
public abstract class IndexedDataset extends Dataset {
  IndexedDataset() {}

  /** Number of samples. */
  public abstract long count();

  /** A sample that is not loaded yet; {@code index} is within bounds. */
  abstract Entry entry(long index, long epoch);

  /** Sample {@code index}, counted from 0, as in epoch 0. */
  public final Sample get(long index) {
    return entry(Indices.checked(index, count()), 0).load();
  }

  @Override
  public final OptionalLong size() {
    return OptionalLong.of(count());
  }

  @Override
  final Entries open(long epoch) {
    return new Entries() {
      private long at;

      @Override
      public @Nullable Entry next() {
        return at < count() ? entry(at++, epoch) : null;
      }
    };
  }

  /** All samples in random order, another in every epoch. */
  public final Dataset shuffle(long seed) {
    return new Reordered(this, count(), epoch -> Draws.of(seed, epoch).permutation(count()));
  }

  /** The samples of these numbers, in this order; a number may occur more than once. */
  public final IndexedDataset select(long... indices) {
    return new Selected(this, indices);
  }

  @Override
  public final IndexedDataset map(UnaryOperator<Sample> function) {
    return new MappedIndex(this, Mapping.of(function));
  }

  @Override
  public final IndexedDataset augment(long seed, Augmentation augmentation) {
    return new MappedIndex(this, Mapping.random(seed, augmentation));
  }

  @Override
  public final IndexedDataset take(long count) {
    return new Slice(this, 0, Math.min(count, count()));
  }

  @Override
  public final IndexedDataset skip(long count) {
    return new Slice(this, Math.min(count, count()), count());
  }

  @Override
  public final IndexedDataset cache() {
    return new CachedIndex(this);
  }

  /** The samples of this set and then those of another. */
  public final IndexedDataset concat(IndexedDataset other) {
    return new JoinedIndex(this, other);
  }
}
