package dev.gatun.train.data;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Changed samples, in the order they come. */
final class MappedStream extends Dataset {
  private final Dataset base;
  private final Mapping mapping;

  MappedStream(Dataset base, Mapping mapping) {
    this.base = base;
    this.mapping = mapping;
  }

  @Override
  public OptionalLong size() {
    return base.size();
  }

  @Override
  Entries open(long epoch) {
    Entries entries = base.open(epoch);
    return new Entries() {
      private long position;

      @Override
      public @Nullable Entry next() {
        Entry entry = entries.next();
        return entry == null ? null : mapping.over(entry, epoch, position++);
      }

      @Override
      public void close() {
        entries.close();
      }
    };
  }
}
