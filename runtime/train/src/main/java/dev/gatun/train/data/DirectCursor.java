package dev.gatun.train.data;

import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Loads each batch when it is asked for. */
final class DirectCursor implements BatchCursor {
  private final Groups groups;
  private final Collate collate;
  private long index;
  private @Nullable List<Entry> next;
  private boolean closed;

  DirectCursor(Groups groups, Collate collate, long first) {
    this.groups = groups;
    this.collate = collate;
    this.index = first;
  }

  @Override
  public boolean hasNext() {
    if (next == null && !closed) {
      next = groups.next();
    }
    return next != null;
  }

  @Override
  public Batch next() {
    if (!hasNext() || next == null) {
      throw new NoSuchElementException("the epoch is over");
    }
    List<Entry> group = next;
    next = null;
    Batch batch = collate.load(index++, group, () -> false);
    if (batch == null) {
      throw new IllegalStateException("a batch stopped though nobody asked for it");
    }
    return batch;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      next = null;
      groups.close();
    }
  }
}
