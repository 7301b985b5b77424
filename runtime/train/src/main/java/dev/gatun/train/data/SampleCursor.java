package dev.gatun.train.data;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The samples of one epoch, loaded one by one. */
public final class SampleCursor implements Iterator<Sample>, AutoCloseable {
  private final Entries entries;
  private @Nullable Entry next;
  private boolean peeked;

  SampleCursor(Entries entries) {
    this.entries = entries;
  }

  @Override
  public boolean hasNext() {
    if (!peeked) {
      next = entries.next();
      peeked = true;
    }
    return next != null;
  }

  @Override
  public Sample next() {
    if (!hasNext() || next == null) {
      throw new NoSuchElementException("the epoch is over");
    }
    peeked = false;
    return next.load();
  }

  @Override
  public void close() {
    entries.close();
  }
}
