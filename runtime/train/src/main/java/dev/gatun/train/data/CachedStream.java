package dev.gatun.train.data;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A stream whose samples are kept once it has been gone through to its end. */
final class CachedStream extends Dataset {
  private final Dataset base;
  private volatile @Nullable List<Entry> kept;

  CachedStream(Dataset base) {
    this.base = base;
  }

  @Override
  public OptionalLong size() {
    List<Entry> all = kept;
    return all == null ? base.size() : OptionalLong.of(all.size());
  }

  @Override
  Entries open(long epoch) {
    List<Entry> all = kept;
    return all == null ? first() : replay(all);
  }

  private Entries first() {
    // Always the order of epoch 0, so that an interrupted first pass changes nothing.
    Entries entries = base.open(0);
    List<Entry> gathered = new ArrayList<>();
    return new Entries() {
      @Override
      public @Nullable Entry next() {
        Entry entry = entries.next();
        if (entry == null) {
          kept = List.copyOf(gathered);
          return null;
        }
        Entry remembered = new Remembered(entry);
        gathered.add(remembered);
        return remembered;
      }

      @Override
      public void close() {
        entries.close();
      }
    };
  }

  private static Entries replay(List<Entry> all) {
    return new Entries() {
      private int at;

      @Override
      public @Nullable Entry next() {
        return at < all.size() ? all.get(at++) : null;
      }
    };
  }
}
