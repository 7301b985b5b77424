package dev.gatun.core.fuse;

import dev.gatun.core.graph.Broadcast;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Expand;
import dev.gatun.core.op.Gather;
import dev.gatun.core.op.Reshape;
import dev.gatun.core.op.Slice;
import dev.gatun.core.op.Split;
import dev.gatun.core.op.Transpose;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A value as another one's memory, seen with other sizes and strides: what a kernel that reads
 * strided operands needs in place of transposes, reshapes, slices, splits and the like.
 *
 * @param source whose memory it is; contiguous
 * @param offset of the first element, in elements
 * @param sizes of the axes
 * @param strides of the axes, in elements
 */
public record StridedView(Value source, long offset, long[] sizes, long[] strides) {
  /** A value as it is. */
  public static StridedView contiguous(Value value) {
    Shape shape = value.tensorType().shape();
    return new StridedView(value, 0, shape.sizes(), Broadcast.strides(shape, shape));
  }

  /** The value as a view of the farthest value behind it whose rows it can read in place. */
  public static StridedView of(Value value) {
    List<Value> chain = new ArrayList<>();
    Value at = value;
    chain.add(at);
    while (at.producer().filter(StridedView::isView).isPresent()) {
      at = at.producer().orElseThrow().input(0);
      chain.add(at);
    }
    for (Value source : chain.reversed()) {
      Optional<StridedView> view = from(source, chain);
      if (view.isPresent()) {
        return view.get();
      }
    }
    return contiguous(value);
  }

  private static Optional<StridedView> from(Value source, List<Value> chain) {
    StridedView view = contiguous(source);
    for (int i = chain.indexOf(source) - 1; i >= 0; i--) {
      Optional<StridedView> next = view.through(chain.get(i));
      if (next.isEmpty()) {
        return Optional.empty();
      }
      view = next.get();
    }
    return view.hasRows() ? Optional.of(view) : Optional.empty();
  }

  private static boolean isView(Node node) {
    return (node.op() == Reshape.OP
            || node.op() == Transpose.OP
            || node.op() == Slice.OP
            || node.op() == Split.OP
            || node.op() == Expand.OP
            || node.op() == Gather.OP)
        && node.input(0).type().isFixed()
        && node.outputs().stream().allMatch(v -> v.type().isFixed());
  }

  /** Whether the elements of the last axis lie side by side. */
  public boolean hasRows() {
    int last = sizes.length - 1;
    return last >= 0 && (strides[last] == 1 || sizes[last] == 1);
  }

  /** This view with the value's producer applied, if the result is a view still. */
  private Optional<StridedView> through(Value value) {
    Node node = value.producer().orElseThrow();
    Shape result = value.tensorType().shape();
    if (node.op() == Reshape.OP) {
      return reshaped(result.sizes());
    }
    if (node.op() == Transpose.OP) {
      return Optional.of(transposed(node.attrs().ints("perm")));
    }
    if (node.op() == Expand.OP) {
      long[] wider = new long[result.rank()];
      int added = result.rank() - sizes.length;
      for (int i = 0; i < sizes.length; i++) {
        wider[i + added] = sizes[i] == result.size(i + added) ? strides[i] : 0;
      }
      return Optional.of(new StridedView(source, offset, result.sizes(), wider));
    }
    if (node.op() == Split.OP) {
      int axis = node.input(0).tensorType().shape().axis("split", node.attrs().integer("axis"));
      long first = 0;
      for (int i = 0; i < value.index(); i++) {
        first += node.outputs().get(i).tensorType().shape().size(axis);
      }
      return Optional.of(
          new StridedView(source, offset + first * strides[axis], result.sizes(), strides));
    }
    return node.op() == Gather.OP ? selected(node) : sliced(node, result);
  }

  /** A gather of a single constant index drops the axis. */
  private Optional<StridedView> selected(Node node) {
    Optional<Tensor> index = node.input(1).constant();
    if (index.isEmpty() || index.get().shape().rank() != 0) {
      return Optional.empty();
    }
    int axis = node.input(0).tensorType().shape().axis("gather", node.attrs().integer("axis"));
    long at = index.get().getLong(0);
    at = at < 0 ? at + sizes[axis] : at;
    return at < 0 || at >= sizes[axis]
        ? Optional.empty()
        : Optional.of(
            new StridedView(
                source, offset + at * strides[axis], without(sizes, axis), without(strides, axis)));
  }

  private Optional<StridedView> sliced(Node node, Shape result) {
    Optional<Tensor> starts = node.input(1).constant();
    Optional<Tensor> axes = node.has(3) ? node.input(3).constant() : Optional.empty();
    Optional<Tensor> steps = node.has(4) ? node.input(4).constant() : Optional.empty();
    if (starts.isEmpty() || node.has(3) && axes.isEmpty() || node.has(4) && steps.isEmpty()) {
      return Optional.empty();
    }
    long from = offset;
    long[] wider = strides.clone();
    for (int i = 0; i < starts.get().elements(); i++) {
      int axis = (int) (axes.isPresent() ? axes.get().getLong(i) : i);
      axis = axis < 0 ? axis + sizes.length : axis;
      long step = steps.isPresent() ? steps.get().getLong(i) : 1;
      long start = starts.get().getLong(i);
      start = Math.clamp(start < 0 ? start + sizes[axis] : start, 0, sizes[axis]);
      if (step <= 0) {
        return Optional.empty();
      }
      from += start * strides[axis];
      wider[axis] *= step;
    }
    return Optional.of(new StridedView(source, from, result.sizes(), wider));
  }

  /** With the axes in another order: axis i is this view's axis perm[i]. */
  public StridedView transposed(int[] perm) {
    long[] newSizes = new long[perm.length];
    long[] newStrides = new long[perm.length];
    for (int i = 0; i < perm.length; i++) {
      newSizes[i] = sizes[perm[i]];
      newStrides[i] = strides[perm[i]];
    }
    return new StridedView(source, offset, newSizes, newStrides);
  }

  /** The undoing of {@link #transposed}: this view's axis i becomes axis perm[i]. */
  public StridedView untransposed(int[] perm) {
    int[] inverse = new int[perm.length];
    for (int i = 0; i < perm.length; i++) {
      inverse[perm[i]] = i;
    }
    return transposed(inverse);
  }

  /**
   * With other sizes, if no element has to move: axes are merged that step through memory evenly,
   * and split as wanted.
   */
  public Optional<StridedView> reshaped(long[] wanted) {
    long[] result = new long[wanted.length];
    if (Arrays.stream(sizes).anyMatch(size -> size == 0)) {
      return Optional.empty();
    }
    int old = 0;
    int now = 0;
    while (now < wanted.length || old < sizes.length) {
      if (old < sizes.length && sizes[old] == 1) {
        old++;
        continue;
      }
      if (now < wanted.length && wanted[now] == 1) {
        now++;
        continue;
      }
      // A run of old axes and a run of new ones of the same number of elements.
      int oldEnd = old;
      int newEnd = now;
      long have = sizes[oldEnd++];
      long want = wanted[newEnd++];
      while (have != want) {
        if (have < want) {
          have *= sizes[oldEnd++];
        } else {
          want *= wanted[newEnd++];
        }
      }
      long step = 0;
      for (int i = oldEnd - 1, previous = -1; i >= old; i--) {
        if (sizes[i] != 1) {
          if (previous < 0) {
            step = strides[i];
          } else if (strides[i] != strides[previous] * sizes[previous]) {
            return Optional.empty();
          }
          previous = i;
        }
      }
      for (int i = newEnd - 1; i >= now; i--) {
        result[i] = step;
        step *= wanted[i];
      }
      old = oldEnd;
      now = newEnd;
    }
    return Optional.of(new StridedView(source, offset, wanted.clone(), result));
  }

  private static long[] without(long[] values, int axis) {
    long[] rest = new long[values.length - 1];
    for (int i = 0; i < rest.length; i++) {
      rest[i] = values[i < axis ? i : i + 1];
    }
    return rest;
  }

  @Override
  public String toString() {
    return source.name()
        + " + "
        + offset
        + ' '
        + Arrays.toString(sizes)
        + " by "
        + Arrays.toString(strides);
  }

  @Override
  public boolean equals(@org.jspecify.annotations.Nullable Object other) {
    return other instanceof StridedView view
        && source.equals(view.source)
        && offset == view.offset
        && Arrays.equals(sizes, view.sizes)
        && Arrays.equals(strides, view.strides);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(new long[] {source.hashCode(), offset, Arrays.hashCode(strides)});
  }
}
