package dev.gatun.train.data;

import java.util.Iterator;

/** The batches of one epoch; to be closed, which stops the threads that load them. */
public sealed interface BatchCursor extends Iterator<Batch>, AutoCloseable
    permits DirectCursor, PrefetchCursor {
  @Override
  void close();
}
