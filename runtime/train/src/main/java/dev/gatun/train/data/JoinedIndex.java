package dev.gatun.train.data;

/** One set after another, in any order. */
final class JoinedIndex extends IndexedDataset {
  private final IndexedDataset first;
  private final IndexedDataset second;

  JoinedIndex(IndexedDataset first, IndexedDataset second) {
    this.first = first;
    this.second = second;
  }

  @Override
  public long count() {
    return first.count() + second.count();
  }

  @Override
  Entry entry(long index, long epoch) {
    return index < first.count()
        ? first.entry(index, epoch)
        : second.entry(index - first.count(), epoch);
  }
}
