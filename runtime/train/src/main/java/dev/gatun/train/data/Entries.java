package dev.gatun.train.data;

import org.jspecify.annotations.Nullable;

/** The entries of one epoch in order; used by one thread at a time. */
interface Entries extends AutoCloseable {
  /** The next one, or null at the end. */
  @Nullable Entry next();

  @Override
  default void close() {}
}
