package dev.gatun.train.data;

/** The samples from one number to another. */
final class Slice extends IndexedDataset {
  private final IndexedDataset base;
  private final long from;
  private final long to;

  Slice(IndexedDataset base, long from, long to) {
    if (from < 0 || to < from) {
      throw new DataException("cannot take or skip a negative number of samples");
    }
    this.base = base;
    this.from = from;
    this.to = to;
  }

  @Override
  public long count() {
    return to - from;
  }

  @Override
  Entry entry(long index, long epoch) {
    return base.entry(from + index, epoch);
  }
}
