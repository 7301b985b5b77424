package dev.gatun.train.data;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The entries of one epoch in groups, each of which becomes a batch. */
final class Groups implements AutoCloseable {
  private final Entries entries;
  private final Batching batching;
  private final Deque<List<Entry>> sorted = new ArrayDeque<>();
  private final Draws draws;

  Groups(Entries entries, Batching batching, long epoch) {
    this.entries = entries;
    this.batching = batching;
    this.draws = Draws.of(batching.buckets().map(Batching.Buckets::seed).orElse(0L), epoch);
  }

  /** The next group, or null at the end. */
  @Nullable List<Entry> next() {
    if (batching.buckets().isEmpty()) {
      return complete(read(batching.size()));
    }
    if (sorted.isEmpty()) {
      sort(batching.buckets().get());
    }
    return sorted.poll();
  }

  private @Nullable List<Entry> complete(List<Entry> group) {
    boolean dropped = batching.last() == Last.DROP && group.size() < batching.size();
    return group.isEmpty() || dropped ? null : group;
  }

  private List<Entry> read(int count) {
    List<Entry> group = new ArrayList<>(Math.min(count, 1 << 16));
    while (group.size() < count) {
      Entry entry = entries.next();
      if (entry == null) {
        break;
      }
      group.add(entry);
    }
    return group;
  }

  private void sort(Batching.Buckets buckets) {
    record Measured(Entry entry, long length) {}
    List<Measured> pool = new ArrayList<>();
    for (Entry entry : read(Math.multiplyExact(batching.size(), buckets.pool()))) {
      Entry once = new Remembered(entry);
      Sample sample = once.load();
      if (sample.get(buckets.field()).shape().rank() == 0) {
        throw new DataException(
            sample.origin() + ": field '" + buckets.field() + "' has no axis to sort by");
      }
      pool.add(new Measured(once, sample.get(buckets.field()).shape().size(0)));
    }
    pool.sort(Comparator.comparingLong(Measured::length)); // stable, hence deterministic
    List<List<Entry>> groups = new ArrayList<>();
    for (int from = 0; from < pool.size(); from += batching.size()) {
      List<Entry> group = new ArrayList<>();
      for (Measured each : pool.subList(from, Math.min(from + batching.size(), pool.size()))) {
        group.add(each.entry());
      }
      if (complete(group) != null) {
        groups.add(group);
      }
    }
    for (long at : draws.permutation(groups.size())) {
      sorted.add(groups.get((int) at));
    }
  }

  @Override
  public void close() {
    entries.close();
  }
}
