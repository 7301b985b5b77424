package dev.gatun.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Which indices of which axes stand for the same unit: disjoint sets that are joined as a graph is
 * followed. A set that is held stays whole, for the first reason that was given.
 */
final class UnitSets {
  private int[] parent = new int[64];
  private final List<Optional<String>> held = new ArrayList<>();

  /** New indices, each a set of its own. */
  int[] fresh(int count) {
    int[] ids = new int[count];
    for (int i = 0; i < count; i++) {
      int id = held.size();
      if (id == parent.length) {
        parent = Arrays.copyOf(parent, 2 * id);
      }
      parent[id] = id;
      held.add(Optional.empty());
      ids[i] = id;
    }
    return ids;
  }

  int find(int id) {
    while (parent[id] != id) {
      parent[id] = parent[parent[id]];
      id = parent[id];
    }
    return id;
  }

  /** Index i of the one is index i of the other. */
  void join(int[] a, int[] b) {
    for (int i = 0; i < a.length; i++) {
      join(a[i], b[i]);
    }
  }

  private void join(int a, int b) {
    int one = find(a);
    int other = find(b);
    if (one != other) {
      parent[other] = one;
      if (held.get(one).isEmpty()) {
        held.set(one, held.get(other));
      }
    }
  }

  void hold(int[] ids, String reason) {
    for (int id : ids) {
      int root = find(id);
      if (held.get(root).isEmpty()) {
        held.set(root, Optional.of(reason));
      }
    }
  }

  /** Why the set of an index stays whole, if it does. */
  Optional<String> held(int id) {
    return held.get(find(id));
  }
}
