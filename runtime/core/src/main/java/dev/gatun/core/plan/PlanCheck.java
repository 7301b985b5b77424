package dev.gatun.core.plan;

import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.plan.Plan.Place;
import dev.gatun.kernels.Memory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Follows a plan step by step and notes which bytes of which result lie where in the arena, and in
 * the memory of state: every step must find its inputs intact. It knows nothing of lifetimes, so it
 * finds what is wrong in them.
 */
final class PlanCheck {
  /** Bytes [at, at + bytes) of what one kernel computed; results are numbered. */
  private record Piece(int result, long at, long bytes) {
    Piece part(long from, long count) {
      return new Piece(result, at + from, count);
    }
  }

  private final Function<Value, Place> places;
  private final long arenaBytes;
  private final Map<Value, List<Piece>> contents = new HashMap<>();
  private final TreeMap<Long, Piece> arena = new TreeMap<>();
  private final TreeMap<Long, Piece> homes = new TreeMap<>();
  private final TreeMap<Long, Long> homeEnds = new TreeMap<>();
  private int results;

  PlanCheck(Function<Value, Place> places, long arenaBytes) {
    this.places = places;
    this.arenaBytes = arenaBytes;
  }

  /** The plan's inputs have been written. */
  void inputs(List<Value> inputs) {
    for (Value input : inputs) {
      computed(input, places.apply(input));
    }
  }

  /** These lie in memory of their own, which the plan may write from now on. */
  void state(Iterable<Value> states) {
    for (Value state : states) {
      Place at = places.apply(state);
      homeEnds.put(at.at(), at.at() + PlanBuilder.bytes(state));
      computed(state, at);
    }
  }

  /** Bytes are copied, whatever they are. */
  void copy(Plan.Copy copy, Value value) {
    TreeMap<Long, Piece> memory = copy.from().fixed() ? homes : arena;
    long start = copy.from().at();
    cut(memory, start);
    cut(memory, start + copy.bytes());
    List<Piece> pieces = new ArrayList<>(memory.subMap(start, start + copy.bytes()).values());
    if (pieces.stream().mapToLong(Piece::bytes).sum() != copy.bytes()) {
      // Constants are not followed: whatever they are, they are in order.
      pieces = content(value);
    }
    write(copy.to(), pieces, value);
  }

  /** The value is read at a place after the last step. */
  void left(Value value, Place at) {
    requireIntact(value, at, "the end");
  }

  /** A step that only looks at memory in another way. */
  void view(Node node, Lowering.View view) {
    List<Piece> whole = content(node.input(view.input()));
    for (int i = 0; i < node.outputs().size(); i++) {
      Value output = node.outputs().get(i);
      long skip = view.offsets().get(i);
      long left = PlanBuilder.bytes(output);
      List<Piece> part = new ArrayList<>();
      for (Piece piece : whole) {
        long from = Math.min(skip, piece.bytes);
        long count = Math.min(left, piece.bytes - from);
        if (count > 0) {
          part.add(piece.part(from, count));
        }
        skip -= from;
        left -= count;
      }
      contents.put(output, part);
    }
  }

  /** A step that copies those inputs that do not lie in the output yet. */
  void join(Node node, Lowering.Join join) {
    Place to = places.apply(node.output());
    List<Piece> whole = new ArrayList<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      requireIntact(node.input(i), places.apply(node.input(i)), node);
      whole.addAll(content(node.input(i)));
    }
    for (int i : Joins.elsewhere(node, join, places)) {
      Place at = new Place(to.fixed(), to.at() + join.offsets().get(i));
      write(at, content(node.input(i)), node.output());
    }
    contents.put(node.output(), whole);
    requireIntact(node.output(), to, node);
  }

  /**
   * A step that computes.
   *
   * @param at of all inputs, all outputs and the scratch memory if there is any
   */
  void kernels(Node node, Lowering.Kernels kernels, List<Place> at) {
    List<Value> inputs = node.inputs();
    for (int i = 0; i < inputs.size(); i++) {
      if (inputs.get(i).isAbsent() || kernels.unread().contains(i)) {
        continue;
      }
      requireIntact(inputs.get(i), at.get(i), node);
      for (int k = inputs.size(); k < at.size(); k++) {
        boolean inPlace =
            kernels.reusable(k - inputs.size()).contains(i)
                && at.get(i).fixed() == at.get(k).fixed()
                && at.get(i).at() == at.get(k).at();
        if (!inPlace
            && overlap(
                at.get(i), PlanBuilder.bytes(inputs.get(i)), at.get(k), size(node, kernels, k))) {
          throw new IllegalStateException(
              node + " writes over its input '" + inputs.get(i).name() + "'");
        }
      }
    }
    for (int k = inputs.size(); k < at.size(); k++) {
      for (int j = inputs.size(); j < k; j++) {
        if (overlap(at.get(j), size(node, kernels, j), at.get(k), size(node, kernels, k))) {
          throw new IllegalStateException(node + ": two of its results share memory");
        }
      }
      int output = k - inputs.size();
      if (output < node.outputs().size()) {
        computed(node.outputs().get(output), at.get(k));
      } else {
        write(at.get(k), List.of(newResult(kernels.scratchBytes())), node.output());
      }
    }
  }

  private static long size(Node node, Lowering.Kernels kernels, int buffer) {
    int output = buffer - node.inputs().size();
    return output < node.outputs().size()
        ? PlanBuilder.bytes(node.outputs().get(output))
        : kernels.scratchBytes();
  }

  private static boolean overlap(Place a, long aBytes, Place b, long bBytes) {
    return a.fixed() == b.fixed() && a.at() < b.at() + bBytes && b.at() < a.at() + aBytes;
  }

  private Piece newResult(long bytes) {
    return new Piece(results++, 0, bytes);
  }

  private List<Piece> content(Value value) {
    return contents.computeIfAbsent(value, v -> List.of(newResult(PlanBuilder.bytes(v))));
  }

  private void computed(Value value, Place at) {
    List<Piece> content = List.of(newResult(PlanBuilder.bytes(value)));
    contents.put(value, content);
    write(at, content, value);
  }

  private void write(Place to, List<Piece> content, Value value) {
    long start = to.at();
    long end = start + content.stream().mapToLong(Piece::bytes).sum();
    // The last line of the arena belongs to kernels that read whole vectors.
    if (to.fixed() ? !isHome(start, end) : start < 0 || end > arenaBytes - Memory.ALIGNMENT) {
      throw new IllegalStateException("'" + value.name() + "' does not lie in the arena");
    }
    TreeMap<Long, Piece> memory = to.fixed() ? homes : arena;
    cut(memory, start);
    cut(memory, end);
    memory.subMap(start, end).clear();
    long at = start;
    for (Piece piece : content) {
      if (piece.bytes > 0) {
        memory.put(at, piece);
        at += piece.bytes;
      }
    }
  }

  private boolean isHome(long start, long end) {
    Map.Entry<Long, Long> home = homeEnds.floorEntry(start);
    return home != null && start <= end && end <= home.getValue();
  }

  /** Cuts the piece that lies across an address in two. */
  private static void cut(NavigableMap<Long, Piece> memory, long at) {
    Map.Entry<Long, Piece> before = memory.lowerEntry(at);
    if (before != null && before.getKey() + before.getValue().bytes > at) {
      Piece piece = before.getValue();
      long head = at - before.getKey();
      memory.put(before.getKey(), piece.part(0, head));
      memory.put(at, piece.part(head, piece.bytes - head));
    }
  }

  private void requireIntact(Value value, Place place, Object reader) {
    if (place.fixed() && !isHome(place.at(), place.at())) {
      return;
    }
    TreeMap<Long, Piece> memory = place.fixed() ? homes : arena;
    long at = place.at();
    for (Piece piece : content(value)) {
      long done = 0;
      while (done < piece.bytes) {
        Map.Entry<Long, Piece> found = memory.floorEntry(at);
        long skip = found == null ? 0 : at - found.getKey();
        if (found == null
            || skip >= found.getValue().bytes
            || found.getValue().result != piece.result
            || found.getValue().at + skip != piece.at + done) {
          throw new IllegalStateException(
              "'" + value.name() + "' is overwritten before " + reader + " reads it");
        }
        long step = Math.min(found.getValue().bytes - skip, piece.bytes - done);
        done += step;
        at += step;
      }
    }
  }
}
