package dev.gatun.train.data;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Epochs that are made of several of another set. */
final class Repeated extends Dataset {
  private final Dataset base;
  private final int times;

  Repeated(Dataset base, int times) {
    if (times < 1) {
      throw new DataException("a data set is repeated at least once, not " + times + " times");
    }
    this.base = base;
    this.times = times;
  }

  @Override
  public OptionalLong size() {
    OptionalLong size = base.size();
    return size.isEmpty() ? size : OptionalLong.of(Math.multiplyExact(size.getAsLong(), times));
  }

  @Override
  Entries open(long epoch) {
    return new Entries() {
      private int round;
      private Entries entries = base.open(epoch * times);

      @Override
      public @Nullable Entry next() {
        Entry entry = entries.next();
        while (entry == null && round + 1 < times) {
          entries.close();
          round++;
          entries = base.open(epoch * times + round);
          entry = entries.next();
        }
        return entry;
      }

      @Override
      public void close() {
        entries.close();
      }
    };
  }
}
