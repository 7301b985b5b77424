package dev.gatun.train.metric;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Finds things by vectors, such as texts or pictures by their embeddings: those whose vectors point
 * most nearly the same way. Exact: every vector is looked at. Any number of threads may search
 * while nobody adds.
 *
 * @param <T> what is found: a name, a path, a number
 */
public final class VectorIndex<T> {
  /**
   * Something that was found.
   *
   * @param cosine of the angle between its vector and what was asked for, -1 to 1
   */
  public record Near<T>(T item, double cosine) {}

  /** A found place; of equal ones the first counts as nearer. */
  private record Place(int number, double cosine) {
    private static final Comparator<Place> NEARER =
        Comparator.comparingDouble(Place::cosine)
            .reversed()
            .thenComparing(Comparator.comparingInt(Place::number));
  }

  private final int width;
  private final List<T> items = new ArrayList<>();
  private float[] units = new float[0];

  /** An index of nothing. */
  public VectorIndex(int width) {
    if (width < 1) {
      throw new GatunException("vectors have at least one number, not " + width);
    }
    this.width = width;
  }

  /** Adds something with its vector, of any length but 0. */
  public void add(T item, float[] vector) {
    float[] unit = unit(vector);
    int from = Math.multiplyExact(items.size(), width);
    if (units.length < from + width) {
      units = Arrays.copyOf(units, Math.max(2 * units.length, from + width));
    }
    System.arraycopy(unit, 0, units, from, width);
    items.add(item);
  }

  private float[] unit(float[] vector) {
    if (vector.length != width) {
      throw new ShapeException(
          "a vector of %d numbers among vectors of %d".formatted(vector.length, width));
    }
    double squares = 0;
    for (float x : vector) {
      squares += x * (double) x;
    }
    if (!(squares > 0 && squares < Double.POSITIVE_INFINITY)) {
      throw new GatunException(
          "a vector of zeros, or with numbers that are not finite, has no direction to be found"
              + " by");
    }
    float[] unit = new float[width];
    for (int i = 0; i < width; i++) {
      unit[i] = (float) (vector[i] / Math.sqrt(squares));
    }
    return unit;
  }

  /** How many things there are. */
  public int size() {
    return items.size();
  }

  private double cosine(float[] unit, int from, int number) {
    double sum = 0;
    for (int i = 0; i < width; i++) {
      sum += unit[from + i] * (double) units[number * width + i];
    }
    return Math.clamp(sum, -1, 1);
  }

  /** The things whose vectors are nearest to one, the nearest first; equal ones as they came. */
  public List<Near<T>> nearest(float[] vector, int count) {
    float[] unit = unit(vector);
    PriorityQueue<Place> best = new PriorityQueue<>(Place.NEARER.reversed());
    for (int i = 0; i < items.size() && count > 0; i++) {
      best.add(new Place(i, cosine(unit, 0, i)));
      if (best.size() > count) {
        best.remove();
      }
    }
    return sorted(best);
  }

  /** All things at least that near, the nearest first. */
  public List<Near<T>> within(float[] vector, double cosine) {
    float[] unit = unit(vector);
    List<Place> found = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      double near = cosine(unit, 0, i);
      if (near >= cosine) {
        found.add(new Place(i, near));
      }
    }
    return sorted(found);
  }

  private List<Near<T>> sorted(Iterable<Place> places) {
    List<Place> all = new ArrayList<>();
    places.forEach(all::add);
    all.sort(Place.NEARER);
    return all.stream().map(p -> new Near<>(items.get(p.number()), p.cosine())).toList();
  }

  /**
   * Groups of two or more things in which each is at least that near to another one of the group,
   * as they came. Every pair is looked at.
   */
  public List<List<T>> duplicates(double cosine) {
    int[] group = new int[items.size()];
    List<List<Integer>> groups = new ArrayList<>();
    for (int i = 0; i < group.length; i++) {
      group[i] = i;
      groups.add(new ArrayList<>(List.of(i)));
      for (int k = 0; k < i; k++) {
        if (group[k] != group[i] && cosine(units, i * width, k) >= cosine) {
          int into = Math.min(group[k], group[i]);
          int from = Math.max(group[k], group[i]);
          groups.get(into).addAll(groups.get(from));
          groups.get(from).forEach(member -> group[member] = into);
          groups.get(from).clear();
        }
      }
    }
    return groups.stream()
        .filter(g -> g.size() > 1)
        .map(g -> g.stream().sorted().map(items::get).toList())
        .toList();
  }
}
