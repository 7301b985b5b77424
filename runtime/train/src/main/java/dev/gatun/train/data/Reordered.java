package dev.gatun.train.data;

import java.util.OptionalLong;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Samples in an order that is made anew for every epoch. */
final class Reordered extends Dataset {
  private final IndexedDataset base;
  private final long count;
  private final LongFunction<long[]> order;

  /** {@code order} gives {@code count} numbers of samples for an epoch. */
  Reordered(IndexedDataset base, long count, LongFunction<long[]> order) {
    this.base = base;
    this.count = count;
    this.order = order;
  }

  @Override
  public OptionalLong size() {
    return OptionalLong.of(count);
  }

  @Override
  Entries open(long epoch) {
    long[] indices = order.apply(epoch);
    return new Entries() {
      private int at;

      @Override
      public @Nullable Entry next() {
        return at < indices.length ? base.entry(indices[at++], epoch) : null;
      }
    };
  }
}
