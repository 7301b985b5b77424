package dev.gatun.train.data;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** One set after another. */
final class Joined extends Dataset {
  private final Dataset first;
  private final Dataset second;

  Joined(Dataset first, Dataset second) {
    this.first = first;
    this.second = second;
  }

  @Override
  public OptionalLong size() {
    return first.size().isPresent() && second.size().isPresent()
        ? OptionalLong.of(first.size().getAsLong() + second.size().getAsLong())
        : OptionalLong.empty();
  }

  @Override
  Entries open(long epoch) {
    return new Entries() {
      private Entries entries = first.open(epoch);
      private boolean inSecond;

      @Override
      public @Nullable Entry next() {
        Entry entry = entries.next();
        if (entry == null && !inSecond) {
          entries.close();
          entries = second.open(epoch);
          inSecond = true;
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
