package dev.gatun.train.data;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Synthetic minority over-sampling (Chawla et al. 2002): new samples of the smaller classes at
 * random places between one of them and one of its nearest neighbours of the same class, {@code x +
 * u (neighbour - x)} with u in [0, 1).
 *
 * <p>Neighbours are found by comparing all pairs of a class; scale the features first.
 */
public final class Smote {
  /** The set and new samples, until every class is as large as the largest; 5 neighbours. */
  public static IndexedDataset balance(
      IndexedDataset dataset, String features, String label, long seed) {
    return balance(dataset, features, label, 5, seed);
  }

  /** The set and new samples, until every class is as large as the largest. */
  public static IndexedDataset balance(
      IndexedDataset dataset, String features, String label, int neighbours, long seed) {
    if (neighbours < 1) {
      throw new DataException("SMOTE needs at least one neighbour, got " + neighbours);
    }
    Map<Long, long[]> members = Labels.of(dataset, label).members();
    int largest = members.values().stream().mapToInt(m -> m.length).max().orElse(0);
    List<Sample> made = new ArrayList<>();
    for (Map.Entry<Long, long[]> each : members.entrySet()) {
      int missing = largest - each.getValue().length;
      if (missing > 0) {
        grow(
            dataset,
            each.getValue(),
            features,
            neighbours,
            missing,
            Draws.of(seed, each.getKey()),
            made);
      }
    }
    return dataset.concat(Dataset.of(made.size(), index -> made.get((int) index)));
  }

  private static void grow(
      IndexedDataset dataset,
      long[] members,
      String features,
      int neighbours,
      int missing,
      Draws draws,
      List<Sample> made) {
    if (members.length < 2) {
      throw new DataException(
          dataset.get(members[0]).origin()
              + ": is alone in its class; SMOTE needs at least two samples of each");
    }
    List<Sample> samples = new ArrayList<>();
    float[][] points = new float[members.length][];
    for (int i = 0; i < members.length; i++) {
      Sample sample = dataset.get(members[i]);
      Tensor x = sample.get(features);
      if (x.dtype() != DType.F32
          || !x.shape().equals(first(samples, sample).get(features).shape())) {
        throw new DataException(
            sample.origin()
                + ": field '"
                + features
                + "' is "
                + x.type()
                + "; SMOTE needs float32 of equal shapes");
      }
      samples.add(sample);
      points[i] = x.toFloats();
      for (float value : points[i]) {
        if (!Float.isFinite(value)) {
          throw new DataException(
              sample.origin() + ": field '" + features + "' holds " + value + "; fill it in first");
        }
      }
    }
    int[][] near = new int[points.length][];
    int k = Math.min(neighbours, points.length - 1);
    for (int i = 0; i < missing; i++) {
      int at = draws.nextInt(points.length);
      if (near[at] == null) {
        near[at] = nearest(points, at, k);
      }
      float[] from = points[at];
      float[] to = points[near[at][draws.nextInt(k)]];
      double u = draws.nextDouble();
      float[] between = new float[from.length];
      for (int d = 0; d < between.length; d++) {
        between[d] = (float) (from[d] + u * (to[d] - (double) from[d]));
      }
      Sample parent = samples.get(at);
      made.add(
          parent
              .with(features, Pixels.wrap(between, parent.get(features).shape()))
              .from(parent.origin() + " and a neighbour"));
    }
  }

  private static Sample first(List<Sample> samples, Sample otherwise) {
    return samples.isEmpty() ? otherwise : samples.get(0);
  }

  /** The k points nearest to one, nearest first, by insertion into a short list. */
  private static int[] nearest(float[][] points, int at, int k) {
    int[] best = new int[k];
    double[] distances = new double[k];
    int filled = 0;
    for (int j = 0; j < points.length; j++) {
      if (j == at) {
        continue;
      }
      double distance = 0;
      for (int d = 0; d < points[j].length; d++) {
        double difference = points[j][d] - (double) points[at][d];
        distance += difference * difference;
      }
      if (filled == k && distance >= distances[k - 1]) {
        continue;
      }
      int place = filled < k ? filled++ : k - 1;
      while (place > 0 && distances[place - 1] > distance) {
        best[place] = best[place - 1];
        distances[place] = distances[place - 1];
        place--;
      }
      best[place] = j;
      distances[place] = distance;
    }
    return best;
  }

  private Smote() {}
}
