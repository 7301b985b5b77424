package dev.gatun.train.data;

import java.util.OptionalLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The samples that pass a test. */
final class Filtered extends Dataset {
  private final Dataset base;
  private final Predicate<Sample> test;

  Filtered(Dataset base, Predicate<Sample> test) {
    this.base = base;
    this.test = test;
  }

  @Override
  public OptionalLong size() {
    return OptionalLong.empty();
  }

  @Override
  Entries open(long epoch) {
    Entries entries = base.open(epoch);
    return new Entries() {
      @Override
      public @Nullable Entry next() {
        for (Entry entry = entries.next(); entry != null; entry = entries.next()) {
          Sample sample = entry.load();
          try {
            if (test.test(sample)) {
              return () -> sample;
            }
          } catch (RuntimeException e) {
            throw DataException.at(sample.origin(), e);
          }
        }
        return null;
      }

      @Override
      public void close() {
        entries.close();
      }
    };
  }
}
