package dev.gatun.train.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Disjoint parts of a set, say for training, validation and test: {@code Splits.stratified(data,
 * "label", 42, 0.8, 0.1, 0.1)}.
 *
 * <p>Fractions below 1 in sum leave samples out. Parts keep the order of the set.
 */
public final class Splits {
  /** Parts of samples drawn at random. */
  public static List<IndexedDataset> random(
      IndexedDataset dataset, long seed, double... fractions) {
    long[] order = Draws.of(seed).permutation(dataset.count());
    int[] sizes = sizes(order.length, fractions);
    List<long[]> parts = new ArrayList<>();
    int from = 0;
    for (int size : sizes) {
      parts.add(Arrays.copyOfRange(order, from, from + size));
      from += size;
    }
    return datasets(dataset, parts);
  }

  /** Parts in the order of the set, the first samples first, as series of time need. */
  public static List<IndexedDataset> ordered(IndexedDataset dataset, double... fractions) {
    int[] sizes = sizes(Indices.checkedCount(dataset.count()), fractions);
    List<IndexedDataset> parts = new ArrayList<>();
    long from = 0;
    for (int size : sizes) {
      parts.add(dataset.skip(from).take(size));
      from += size;
    }
    return List.copyOf(parts);
  }

  /** Parts in which each class has its share, to a sample. */
  public static List<IndexedDataset> stratified(
      IndexedDataset dataset, String label, long seed, double... fractions) {
    Labels labels = Labels.of(dataset, label);
    int[] total = sizes(labels.count(), fractions);
    List<List<Long>> parts = new ArrayList<>();
    for (int p = 0; p < fractions.length; p++) {
      parts.add(new ArrayList<>());
    }
    // How much each part has fallen behind its share, summed over the classes so far, so that many
    // small classes do not all round the same way.
    double[] owed = new double[fractions.length];
    for (Map.Entry<Long, long[]> each : labels.members().entrySet()) {
      long[] members = each.getValue();
      Draws.of(seed, each.getKey()).shuffle(members);
      int[] sizes = share(members.length, fractions, owed);
      int from = 0;
      for (int p = 0; p < sizes.length; p++) {
        for (int i = 0; i < sizes[p]; i++) {
          parts.get(p).add(members[from++]);
        }
      }
    }
    for (int p = 0; p < total.length; p++) {
      if (total[p] > 0 && parts.get(p).isEmpty()) {
        throw new DataException(
            "part " + p + " of a stratified split would be empty; classes are too small");
      }
    }
    return datasets(dataset, parts.stream().map(Splits::toArray).toList());
  }

  /** Parts that share no group (a patient, a speaker); groups are drawn at random. */
  public static List<IndexedDataset> grouped(
      IndexedDataset dataset, String group, long seed, double... fractions) {
    Labels groups = Labels.of(dataset, group);
    int[] wanted = sizes(groups.count(), fractions);
    List<long[]> members = new ArrayList<>(groups.members().values());
    if (members.size() < fractions.length) {
      throw new DataException(
          members.size() + " groups cannot be split into " + fractions.length + " parts");
    }
    long[] order = Draws.of(seed).permutation(members.size());
    List<List<Long>> parts = new ArrayList<>();
    for (int p = 0; p < wanted.length; p++) {
      parts.add(new ArrayList<>());
    }
    int left = order.length;
    boolean complete = Arrays.stream(fractions).sum() > 1 - 1e-9;
    for (long at : order) {
      long[] one = members.get((int) at);
      int part = neediest(parts, wanted, left);
      // Fractions below 1 in sum: what would overfill every part by half is left out.
      boolean fits =
          complete || parts.get(part).isEmpty() || 2 * missing(parts, wanted, part) >= one.length;
      if (fits) {
        Arrays.stream(one).forEach(parts.get(part)::add);
      }
      left--;
    }
    return datasets(dataset, parts.stream().map(Splits::toArray).toList());
  }

  /** The part that is furthest from its size; empty ones first when groups run out. */
  private static int neediest(List<List<Long>> parts, int[] wanted, int left) {
    int empty = 0;
    for (int p = 0; p < wanted.length; p++) {
      empty += parts.get(p).isEmpty() && wanted[p] > 0 ? 1 : 0;
    }
    int best = -1;
    for (int p = 0; p < wanted.length; p++) {
      boolean allowed = empty < left || parts.get(p).isEmpty() && wanted[p] > 0;
      if (allowed && (best < 0 || missing(parts, wanted, p) > missing(parts, wanted, best))) {
        best = p;
      }
    }
    return best;
  }

  private static int missing(List<List<Long>> parts, int[] wanted, int p) {
    return wanted[p] - parts.get(p).size();
  }

  private static long[] toArray(List<Long> samples) {
    return samples.stream().mapToLong(Long::longValue).toArray();
  }

  private static List<IndexedDataset> datasets(IndexedDataset dataset, List<long[]> parts) {
    List<IndexedDataset> datasets = new ArrayList<>();
    for (long[] part : parts) {
      Arrays.sort(part);
      datasets.add(dataset.select(part));
    }
    return List.copyOf(datasets);
  }

  /** Sizes of parts, rounded so that fractions of sum 1 use every sample. */
  private static int[] sizes(int count, double... fractions) {
    double sum = 0;
    for (double fraction : fractions) {
      if (!(fraction > 0 && fraction <= 1)) {
        throw new DataException("a fraction of a split must be above 0 and at most 1: " + fraction);
      }
      sum += fraction;
    }
    if (fractions.length == 0 || sum > 1 + 1e-9) {
      throw new DataException(
          "fractions " + Arrays.toString(fractions) + " of a split must add up to 1 or less");
    }
    int[] sizes = share(count, fractions, new double[fractions.length]);
    for (int p = 0; p < sizes.length; p++) {
      if (sizes[p] == 0) {
        throw new DataException(
            count + " samples are too few for a part of " + fractions[p] + " of them");
      }
    }
    return sizes;
  }

  /** Shares a number by largest remainders, counting what parts are owed from before. */
  private static int[] share(int count, double[] fractions, double[] owed) {
    int[] sizes = new int[fractions.length];
    double all = 0;
    int given = 0;
    for (int p = 0; p < sizes.length; p++) {
      all += fractions[p];
      sizes[p] = (int) Math.floor(count * fractions[p] + 1e-9);
      owed[p] += count * fractions[p] - sizes[p];
      given += sizes[p];
    }
    int rest = (int) Math.round(count * Math.min(all, 1)) - given;
    for (; rest > 0; rest--) {
      int most = 0;
      for (int p = 1; p < sizes.length; p++) {
        most = owed[p] > owed[most] + 1e-9 ? p : most;
      }
      sizes[most]++;
      owed[most]--;
    }
    return sizes;
  }

  private Splits() {}
}
