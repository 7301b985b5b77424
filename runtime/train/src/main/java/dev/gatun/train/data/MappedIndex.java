package dev.gatun.train.data;

/** Changed samples, in any order. */
final class MappedIndex extends IndexedDataset {
  private final IndexedDataset base;
  private final Mapping mapping;

  MappedIndex(IndexedDataset base, Mapping mapping) {
    this.base = base;
    this.mapping = mapping;
  }

  @Override
  public long count() {
    return base.count();
  }

  @Override
  Entry entry(long index, long epoch) {
    return mapping.over(base.entry(index, epoch), epoch, index);
  }
}
