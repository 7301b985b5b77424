package dev.gatun.train.data;

import org.jspecify.annotations.Nullable;

/** An entry that is loaded once. */
final class Remembered implements Entry {
  private @Nullable Entry entry;
  private @Nullable Sample sample;

  Remembered(Entry entry) {
    this.entry = entry;
  }

  @Override
  public synchronized Sample load() {
    Sample known = sample;
    if (known == null) {
      if (entry == null) {
        throw new IllegalStateException("an entry without a source");
      }
      known = entry.load();
      sample = known;
      entry = null;
    }
    return known;
  }
}
