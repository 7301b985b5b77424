package dev.gatun.train.data;

import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Other proportions than those of a set: drawn again, left out, or weighted. */
public final class Sampling {
  /**
   * Epochs of {@code count} samples, each drawn with a probability in proportion to its weight,
   * with replacement, anew in every epoch.
   */
  public static Dataset weighted(IndexedDataset dataset, double[] weights, long count, long seed) {
    if (weights.length != dataset.count()) {
      throw new DataException(
          weights.length + " weights for " + dataset.count() + " samples; give one for each");
    }
    AliasTable table = new AliasTable(weights);
    int drawn = Indices.checkedCount(count);
    return new Reordered(
        dataset,
        drawn,
        epoch -> {
          Draws draws = Draws.of(seed, epoch);
          long[] order = new long[drawn];
          Arrays.setAll(order, i -> table.draw(draws));
          return order;
        });
  }

  /** As many samples as there are, drawn with replacement: about 0.632 of them are different. */
  public static IndexedDataset bootstrap(IndexedDataset dataset, long seed) {
    Draws draws = Draws.of(seed);
    long[] drawn = new long[Indices.checkedCount(dataset.count())];
    Arrays.setAll(drawn, i -> draws.nextInt(drawn.length));
    return dataset.select(drawn);
  }

  /** The samples that a bootstrap of this seed leaves out. */
  public static IndexedDataset outOfBag(IndexedDataset dataset, long seed) {
    Draws draws = Draws.of(seed);
    boolean[] in = new boolean[Indices.checkedCount(dataset.count())];
    for (int i = 0; i < in.length; i++) {
      in[draws.nextInt(in.length)] = true;
    }
    return dataset.select(
        java.util.stream.LongStream.range(0, in.length).filter(i -> !in[(int) i]).toArray());
  }

  /**
   * The set and samples of the smaller classes again, drawn until all are as large as the largest.
   */
  public static IndexedDataset oversample(IndexedDataset dataset, String label, long seed) {
    Map<Long, long[]> members = Labels.of(dataset, label).members();
    int largest = members.values().stream().mapToInt(m -> m.length).max().orElse(0);
    long[] all = new long[Math.multiplyExact(largest, members.size())];
    int at = 0;
    for (Map.Entry<Long, long[]> each : members.entrySet()) {
      Draws draws = Draws.of(seed, each.getKey());
      for (int i = 0; i < largest; i++) {
        int count = each.getValue().length;
        all[at++] = each.getValue()[i < count ? i : draws.nextInt(count)];
      }
    }
    return dataset.select(all);
  }

  /** As many samples of each class as the smallest has, drawn without replacement. */
  public static IndexedDataset undersample(IndexedDataset dataset, String label, long seed) {
    Map<Long, long[]> members = Labels.of(dataset, label).members();
    int smallest = members.values().stream().mapToInt(m -> m.length).min().orElse(0);
    long[] all = new long[smallest * members.size()];
    int at = 0;
    for (Map.Entry<Long, long[]> each : members.entrySet()) {
      Draws.of(seed, each.getKey()).shuffle(each.getValue());
      System.arraycopy(each.getValue(), 0, all, at, smallest);
      at += smallest;
    }
    Arrays.sort(all);
    return dataset.select(all);
  }

  /**
   * Weights that make all classes count alike: samples / (classes * samples of the class), as
   * float32 [classes]; 0 for classes that do not occur.
   */
  public static Tensor classWeights(IndexedDataset dataset, String label, int classes) {
    Labels labels = Labels.of(dataset, label);
    Map<Long, long[]> members = new TreeMap<>(labels.members());
    float[] weights = new float[classes];
    for (Map.Entry<Long, long[]> each : members.entrySet()) {
      if (each.getKey() < 0 || each.getKey() >= classes) {
        throw new DataException(
            "sample "
                + each.getValue()[0]
                + ": class "
                + each.getKey()
                + " is not one of the "
                + classes
                + " classes");
      }
      weights[each.getKey().intValue()] =
          (float) (labels.count() / ((double) members.size() * each.getValue().length));
    }
    return Tensor.of(weights, classes);
  }

  /** Weights of the samples that make all classes count alike, for {@link #weighted}. */
  public static double[] balancing(IndexedDataset dataset, String label) {
    Labels labels = Labels.of(dataset, label);
    Map<Long, long[]> members = labels.members();
    double[] weights = new double[labels.count()];
    for (long[] each : members.values()) {
      for (long i : each) {
        weights[(int) i] = labels.count() / ((double) members.size() * each.length);
      }
    }
    return weights;
  }

  private Sampling() {}
}
