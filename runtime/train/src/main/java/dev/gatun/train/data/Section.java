package dev.gatun.train.data;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The samples of each epoch from one position to another. */
final class Section extends Dataset {
  private final Dataset base;
  private final long from;
  private final long to;

  Section(Dataset base, long from, long to) {
    if (from < 0 || to < from) {
      throw new DataException("cannot take or skip a negative number of samples");
    }
    this.base = base;
    this.from = from;
    this.to = to;
  }

  @Override
  public OptionalLong size() {
    OptionalLong size = base.size();
    return size.isEmpty()
        ? size
        : OptionalLong.of(Math.max(0, Math.min(size.getAsLong(), to) - from));
  }

  @Override
  Entries open(long epoch) {
    Entries entries = base.open(epoch);
    return new Entries() {
      private long at;

      @Override
      public @Nullable Entry next() {
        for (; at < from; at++) {
          if (entries.next() == null) {
            return null;
          }
        }
        return at++ < to ? entries.next() : null;
      }

      @Override
      public void close() {
        entries.close();
      }
    };
  }
}
