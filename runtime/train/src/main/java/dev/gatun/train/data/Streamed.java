package dev.gatun.train.data;

import java.util.Iterator;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Samples from an iterator that is made anew for every epoch. */
final class Streamed extends Dataset {
  private final Supplier<? extends Iterator<Sample>> source;

  Streamed(Supplier<? extends Iterator<Sample>> source) {
    this.source = source;
  }

  @Override
  public OptionalLong size() {
    return OptionalLong.empty();
  }

  @Override
  Entries open(long epoch) {
    Iterator<Sample> samples = source.get();
    return new Entries() {
      private long at;

      @Override
      public @Nullable Entry next() {
        try {
          if (!samples.hasNext()) {
            return null;
          }
          Sample sample = samples.next();
          at++;
          return () -> sample;
        } catch (RuntimeException e) {
          throw DataException.at("sample " + at + " of a stream", e);
        }
      }

      @Override
      public void close() {
        if (samples instanceof AutoCloseable closeable) {
          try {
            closeable.close();
          } catch (Exception e) {
            throw DataException.at("closing a stream", e);
          }
        }
      }
    };
  }
}
