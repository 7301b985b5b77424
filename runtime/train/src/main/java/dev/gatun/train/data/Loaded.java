package dev.gatun.train.data;

import java.io.IOException;

/** Samples that a function loads by number. */
final class Loaded extends IndexedDataset {
  private final long count;
  private final SampleLoader loader;

  Loaded(long count, SampleLoader loader) {
    if (count < 0) {
      throw new DataException("a data set cannot have " + count + " samples");
    }
    this.count = count;
    this.loader = loader;
  }

  @Override
  public long count() {
    return count;
  }

  @Override
  Entry entry(long index, long epoch) {
    return () -> {
      try {
        return loader.load(index);
      } catch (IOException | RuntimeException e) {
        throw DataException.at("sample " + index, e);
      }
    };
  }
}
