package dev.gatun.train.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Cross-validation: pairs of a set to train on and one to test on. */
public final class Folds {
  /** One round. */
  public record Fold(IndexedDataset train, IndexedDataset test) {}

  /** k rounds; every sample is tested on once. */
  public static List<Fold> plain(IndexedDataset dataset, int k, long seed) {
    checkK(k, dataset.count(), "samples");
    long[] order = Draws.of(seed).permutation(dataset.count());
    int[] fold = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      fold[(int) order[i]] = (int) ((long) i * k / order.length);
    }
    return folds(dataset, fold, k);
  }

  /** k rounds in which each class is spread evenly, to a sample. */
  public static List<Fold> stratified(IndexedDataset dataset, String label, int k, long seed) {
    Labels labels = Labels.of(dataset, label);
    checkK(k, labels.count(), "samples");
    int[] fold = new int[labels.count()];
    int next = 0;
    for (long[] members : labels.members().values()) {
      Draws.of(seed, next).shuffle(members);
      // Goes on where the class before ended, so that the folds' sizes differ by one at most.
      for (long member : members) {
        fold[(int) member] = next++ % k;
      }
    }
    return folds(dataset, fold, k);
  }

  /** k rounds that share no group; the largest groups are dealt first, to the smallest fold. */
  public static List<Fold> grouped(IndexedDataset dataset, String group, int k) {
    Labels groups = Labels.of(dataset, group);
    List<long[]> members = new ArrayList<>(groups.members().values());
    checkK(k, members.size(), "groups");
    members.sort(Comparator.comparingInt((long[] m) -> -m.length)); // stable: ties by group
    int[] fold = new int[groups.count()];
    int[] sizes = new int[k];
    for (long[] each : members) {
      int smallest = 0;
      for (int f = 1; f < k; f++) {
        smallest = sizes[f] < sizes[smallest] ? f : smallest;
      }
      for (long member : each) {
        fold[(int) member] = smallest;
      }
      sizes[smallest] += each.length;
    }
    return folds(dataset, fold, k);
  }

  /**
   * k rounds of a series in time: each tests on the next equal stretch and trains on all before it,
   * but for {@code gap} samples in between.
   */
  public static List<Fold> timeSeries(IndexedDataset dataset, int k, int gap) {
    long count = dataset.count();
    checkK(k, count - 1, "samples after the first");
    long test = count / (k + 1);
    List<Fold> folds = new ArrayList<>();
    for (int f = 0; f < k; f++) {
      long from = count - (k - f) * test;
      if (gap < 0 || from - gap < 1) {
        throw new DataException(
            "a gap of " + gap + " leaves nothing to train on before sample " + from);
      }
      folds.add(new Fold(dataset.take(from - gap), dataset.skip(from).take(test)));
    }
    return List.copyOf(folds);
  }

  private static void checkK(int k, long available, String what) {
    if (k < 2 || k > available) {
      throw new DataException(
          k + " folds of " + available + " " + what + "; k lies between 2 and their number");
    }
  }

  private static List<Fold> folds(IndexedDataset dataset, int[] fold, int k) {
    List<Fold> folds = new ArrayList<>();
    for (int f = 0; f < k; f++) {
      long[] train = new long[fold.length];
      long[] test = new long[fold.length];
      int trains = 0;
      int tests = 0;
      for (int i = 0; i < fold.length; i++) {
        if (fold[i] == f) {
          test[tests++] = i;
        } else {
          train[trains++] = i;
        }
      }
      folds.add(
          new Fold(
              dataset.select(Arrays.copyOf(train, trains)),
              dataset.select(Arrays.copyOf(test, tests))));
    }
    return List.copyOf(folds);
  }

  private Folds() {}
}
