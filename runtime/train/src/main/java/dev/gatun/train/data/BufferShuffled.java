package dev.gatun.train.data;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A stream in which each next sample is drawn from those that wait in a buffer. */
final class BufferShuffled extends Dataset {
  private final Dataset base;
  private final long seed;
  private final int buffer;

  BufferShuffled(Dataset base, long seed, int buffer) {
    if (buffer < 1) {
      throw new DataException("a shuffle buffer holds at least one sample, got " + buffer);
    }
    this.base = base;
    this.seed = seed;
    this.buffer = buffer;
  }

  @Override
  public OptionalLong size() {
    return base.size();
  }

  @Override
  Entries open(long epoch) {
    Entries entries = base.open(epoch);
    Draws draws = Draws.of(seed, epoch);
    List<Entry> waiting = new ArrayList<>();
    return new Entries() {
      private boolean ended;

      @Override
      public @Nullable Entry next() {
        while (!ended && waiting.size() < buffer) {
          Entry entry = entries.next();
          if (entry == null) {
            ended = true;
          } else {
            waiting.add(entry);
          }
        }
        if (waiting.isEmpty()) {
          return null;
        }
        int last = waiting.size() - 1;
        // The last one takes the place of the drawn one, which may be itself.
        Entry drawn = waiting.set(draws.nextInt(last + 1), waiting.get(last));
        waiting.remove(last);
        return drawn;
      }

      @Override
      public void close() {
        entries.close();
      }
    };
  }
}
