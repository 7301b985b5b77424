package dev.gatun.train.data;

/** Some samples of another set, in an order of their own. */
final class Selected extends IndexedDataset {
  private final IndexedDataset base;
  private final long[] indices;

  Selected(IndexedDataset base, long[] indices) {
    this.base = base;
    this.indices = indices.clone();
    for (long index : indices) {
      Indices.checked(index, base.count());
    }
  }

  @Override
  public long count() {
    return indices.length;
  }

  @Override
  Entry entry(long index, long epoch) {
    return base.entry(indices[(int) index], epoch);
  }
}
