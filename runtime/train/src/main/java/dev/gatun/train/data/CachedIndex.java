package dev.gatun.train.data;

import dev.gatun.core.tensor.Tensor;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** Samples that are kept once they are loaded. */
final class CachedIndex extends IndexedDataset {
  private final IndexedDataset base;
  private final AtomicReferenceArray<Sample> kept;

  CachedIndex(IndexedDataset base) {
    this.base = base;
    this.kept = new AtomicReferenceArray<>(Indices.checkedCount(base.count()));
  }

  @Override
  public long count() {
    return base.count();
  }

  @Override
  Entry entry(long index, long epoch) {
    return new Entry() {
      @Override
      public Sample load() {
        Sample sample = kept.get((int) index);
        if (sample == null) {
          // Always as in epoch 0, so that what is kept does not depend on who asks first. Two
          // threads may both load it; they load the same.
          sample = base.entry(index, 0).load();
          kept.set((int) index, sample);
        }
        return sample;
      }

      @Override
      public Tensor field(String name) {
        Sample sample = kept.get((int) index);
        return sample == null ? base.entry(index, 0).field(name) : sample.get(name);
      }
    };
  }
}
