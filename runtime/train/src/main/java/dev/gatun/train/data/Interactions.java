package dev.gatun.train.data;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Which users had to do with which items, and when: the data of recommenders. */
public final class Interactions {
  /** One user and item; later ones have a larger {@code time}. */
  public record Interaction(int user, int item, long time) {}

  /** What to train on, and one interaction of every user that had two or more to test on. */
  public record LeaveOneOut(Interactions train, Interactions test) {}

  private final List<Interaction> all;
  private final Map<Integer, Set<Integer>> positives;
  private final int items;

  private Interactions(List<Interaction> all, Map<Integer, Set<Integer>> positives, int items) {
    this.all = all;
    this.positives = positives;
    this.items = items;
  }

  /** Interactions with items 0 to {@code items - 1}. */
  public static Interactions of(List<Interaction> all, int items) {
    Map<Integer, Set<Integer>> positives = new HashMap<>();
    for (Interaction each : all) {
      if (each.item() < 0 || each.item() >= items) {
        throw new DataException(each + ": items are numbered from 0 to " + (items - 1));
      }
      positives.computeIfAbsent(each.user(), user -> new HashSet<>()).add(each.item());
    }
    return new Interactions(List.copyOf(all), positives, items);
  }

  /** The interactions. */
  public List<Interaction> all() {
    return all;
  }

  /**
   * The last interaction of each user apart from the others; of equal times the later in the list.
   */
  public LeaveOneOut leaveOneOut() {
    Map<Integer, Integer> last = new HashMap<>();
    Map<Integer, Integer> counts = new HashMap<>();
    for (int i = 0; i < all.size(); i++) {
      Interaction each = all.get(i);
      counts.merge(each.user(), 1, Integer::sum);
      Integer known = last.get(each.user());
      if (known == null || all.get(known).time() <= each.time()) {
        last.put(each.user(), i);
      }
    }
    List<Interaction> train = new ArrayList<>();
    List<Interaction> test = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      int user = all.get(i).user();
      boolean out = counts.getOrDefault(user, 0) > 1 && last.getOrDefault(user, -1) == i;
      (out ? test : train).add(all.get(i));
    }
    // Both know all positives: what is tested on must not be drawn as a negative either.
    return new LeaveOneOut(
        new Interactions(List.copyOf(train), positives, items),
        new Interactions(List.copyOf(test), positives, items));
  }

  /**
   * Each interaction as "user", "item" and "other" (int64), an item that the user has nothing to do
   * with, drawn anew in every epoch: what ranking losses compare.
   */
  public IndexedDataset pairs(long seed) {
    requireNegatives();
    return Dataset.of(
            all.size(),
            index -> {
              Interaction each = all.get((int) index);
              return new Sample(
                  List.of("user", "item", "other"),
                  new Tensor[] {
                    Tensor.scalar(each.user()), Tensor.scalar(each.item()), Tensor.scalar(0)
                  },
                  each.toString());
            })
        .augment(
            seed,
            (sample, random) ->
                sample.with("other", Tensor.scalar(negative(sample.get("user"), random))));
  }

  private void requireNegatives() {
    for (Map.Entry<Integer, Set<Integer>> each : positives.entrySet()) {
      if (each.getValue().size() >= items) {
        throw new DataException(
            "user " + each.getKey() + " has to do with every item; there are no negatives");
      }
    }
  }

  private int negative(Tensor user, RandomGenerator random) {
    Set<Integer> known = positives.getOrDefault((int) user.getLong(0), Set.of());
    int item = random.nextInt(items);
    while (known.contains(item)) {
      item = random.nextInt(items);
    }
    return item;
  }

  /**
   * Each interaction ("user", "item" int64, "label" float32 1) followed by some items that the user
   * has nothing to do with (label 0), drawn anew in every epoch.
   */
  public IndexedDataset withNegatives(int negatives, long seed) {
    if (negatives < 0) {
      throw new DataException("there cannot be " + negatives + " negatives for each interaction");
    }
    if (negatives > 0) {
      requireNegatives();
    }
    int group = 1 + negatives;
    return Dataset.of(
            (long) all.size() * group,
            index -> {
              Interaction each = all.get((int) (index / group));
              boolean positive = index % group == 0;
              return new Sample(
                  List.of("user", "item", "label"),
                  new Tensor[] {
                    Tensor.scalar(each.user()),
                    Tensor.scalar(each.item()),
                    Tensor.scalar(DType.F32, positive ? 1 : 0)
                  },
                  each.toString());
            })
        .augment(
            seed,
            (sample, random) -> {
              if (sample.get("label").getDouble(0) == 1) {
                return sample;
              }
              return sample.with("item", Tensor.scalar(negative(sample.get("user"), random)));
            });
  }
}
