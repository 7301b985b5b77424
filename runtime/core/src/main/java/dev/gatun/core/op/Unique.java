package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * unique(x) = the distinct elements of x, or with {@code axis} the distinct slices along it; then
 * for each its first index, for each element of x the index of its equal, and how often each
 * occurs.
 *
 * <p>In ascending order, or in order of first appearance when not {@code sorted}. NaN equals NaN.
 */
public final class Unique {
  public static final OpDef OP =
      OpDef.named("unique")
          .attr("axis")
          .attr("sorted", true)
          .types(Unique::types)
          .reference(Unique::run)
          .define();

  private static List<Type> types(Operands in) {
    Shape x = in.shape(0);
    Shape y = Axes.unknown(1);
    long length = x.isFixed() ? x.elements() : Shape.UNKNOWN;
    if (in.attrs().has("axis")) {
      y = Shape.UNRANKED;
      length = Shape.UNKNOWN;
      if (x.isRanked()) {
        int axis = Axes.one(in, in.attrs().integer("axis"), x.rank());
        in.require(x.rank() > 0, "a scalar has no axis");
        long[] sizes = x.sizes();
        length = sizes[axis];
        sizes[axis] = Shape.UNKNOWN;
        y = Shape.of(sizes);
      }
    }
    return List.of(
        Type.tensor(in.dtype(0), y),
        Type.tensor(DType.I64, Shape.UNKNOWN),
        Type.tensor(DType.I64, length),
        Type.tensor(DType.I64, Shape.UNKNOWN));
  }

  private static List<Datum> run(Evaluation in) {
    Tensor x = in.tensor(0);
    boolean flat = !in.attrs().has("axis");
    Tensor from = flat ? x.reshape(Shape.of(x.elements())) : x;
    int axis = flat ? 0 : Axes.at(in.attrs().integer("axis"), x.shape().rank());
    Lines lines = Lines.along(from.shape(), axis);
    Integer[] order = new Integer[lines.size()];
    Arrays.setAll(order, i -> i);
    Comparator<Integer> slices = (i, k) -> compare(from, lines, i, k);
    Arrays.sort(order, slices); // stable: the first of equals has the lowest index
    List<Integer> firsts = new ArrayList<>();
    int[] firstOf = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      if (i == 0 || slices.compare(order[i - 1], order[i]) != 0) {
        firsts.add(order[i]);
      }
      firstOf[order[i]] = firsts.get(firsts.size() - 1);
    }
    if (!in.attrs().flag("sorted")) {
      firsts.sort(Comparator.naturalOrder());
    }
    int[] rank = new int[order.length]; // place of a slice that is a first one
    for (int k = 0; k < firsts.size(); k++) {
      rank[firsts.get(k)] = k;
    }
    long[] inverse = new long[order.length];
    long[] counts = new long[firsts.size()];
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] = rank[firstOf[i]];
      counts[rank[firstOf[i]]]++;
    }
    return List.of(
        slices(from, axis, firsts),
        Tensor.vector(firsts.stream().mapToLong(Integer::longValue).toArray()),
        Tensor.vector(inverse),
        Tensor.vector(counts));
  }

  private static int compare(Tensor x, Lines lines, int i, int k) {
    for (long line = 0; line < lines.count(); line++) {
      long first = lines.first(line);
      int order = Order.compare(x, first + i * lines.stride(), x, first + k * lines.stride());
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private static Tensor slices(Tensor x, int axis, List<Integer> chosen) {
    long[] sizes = x.shape().sizes();
    sizes[axis] = chosen.size();
    TensorBuilder y = new TensorBuilder(x.dtype(), Shape.of(sizes));
    long[][] maps = MappedCopy.same(y.shape());
    for (int i = 0; i < chosen.size(); i++) {
      maps[axis][i] = chosen.get(i);
    }
    MappedCopy.into(y, x, maps);
    return y.build();
  }

  private Unique() {}
}
