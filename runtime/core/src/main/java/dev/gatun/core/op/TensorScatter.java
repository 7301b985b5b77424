package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Indexer;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import java.util.List;

/**
 * tensorScatter(x, update, starts?) = x [batch, ...] with the slices of the update written along
 * {@code axis}, for each batch index b from starts[b] on, by default from 0, as caches are filled.
 *
 * <p>{@code mode} is "linear", "circular": then what goes beyond the end is written at the front,
 * or "clipped": then it is left out, as is what lies before the front, and no start is an error.
 */
public final class TensorScatter {
  public static final OpDef OP =
      OpDef.named("tensorScatter")
          .inputs(2, 3)
          .attr("axis", -2)
          .attr("mode", "linear")
          .types(
              in -> {
                check(in);
                return List.of(in.type(0));
              })
          .reference(in -> List.of(run(in)))
          .differentiateAs(TensorScatter::build)
          .define();

  private static void check(Operands in) {
    String mode = in.attrs().text("mode");
    in.require(
        mode.equals("linear") || mode.equals("circular") || mode.equals("clipped"),
        "mode must be linear, circular or clipped, got '%s'",
        mode);
    in.require(in.dtype(1) == in.dtype(0), "the update must have the element type of x");
    if (in.has(2)) {
      Sizes.requireIntegers(in, 2);
    }
    Shape x = in.shape(0);
    Shape update = in.shape(1);
    if (!x.isRanked() || !update.isRanked()) {
      return;
    }
    in.require(x.rank() >= 2, "x needs a batch axis and one to write along");
    int axis = Axes.one(in, in.attrs().integer("axis"), x.rank());
    in.require(axis > 0, "axis 0 is the batch");
    in.require(update.rank() == x.rank(), "the update must have as many axes as x");
    for (int i = 0; i < x.rank(); i++) {
      in.require(
          x.size(i) < 0
              || update.size(i) < 0
              || (i == axis && (mode.equals("clipped") || update.size(i) <= x.size(i))
                  || update.size(i) == x.size(i)),
          "the update does not fit at axis %d",
          i);
    }
    in.require(
        !in.has(2)
            || !in.shape(2).isFixed()
            || x.size(0) < 0
            || in.shape(2).rank() == 1 && in.shape(2).size(0) == x.size(0),
        "starts must be a vector of %d",
        x.size(0));
  }

  private static Tensor run(Evaluation in) {
    Tensor x = in.tensor(0);
    Tensor update = in.tensor(1);
    int axis = Axes.at(in.attrs().integer("axis"), x.shape().rank());
    boolean circular = in.attrs().text("mode").equals("circular");
    boolean clipped = in.attrs().text("mode").equals("clipped");
    long size = x.shape().size(axis);
    long length = update.shape().size(axis);
    long[] strides = Indexer.strides(x.shape());
    long inner = strides[axis];
    TensorBuilder y = in.builder(0);
    y.copy(0, x, 0, x.elements());
    // Whole runs of the axes after the one that is written along.
    long runs = inner == 0 ? 0 : update.elements() / inner;
    long batches = x.shape().size(0);
    for (long run = 0; run < runs; run++) {
      long outer = run / length;
      long start = in.has(2) ? in.tensor(2).getLong(outer / (runs / length / batches)) : 0;
      if (clipped) {
        long slice = run % length;
        if (start >= -slice && start < size - slice) {
          y.copy((outer * size + start + slice) * inner, update, run * inner, inner);
        }
        continue;
      }
      if (start < 0 || !circular && start > size - length) {
        throw in.error(
            "writes [%d, %d) of axis %d, which has size %d", start, start + length, axis, size);
      }
      long at = (start + run % length) % size;
      y.copy((outer * size + at) * inner, update, run * inner, inner);
    }
    return y.build();
  }

  /** An update of positions [batch, step] of x with the axis moved behind the batch. */
  private static List<Value> build(GraphBuilder b, Operands in) {
    Formula f = new Formula(b);
    Shape x = in.shape(0);
    in.require(x.isFixed() && in.shape(1).isFixed(), "has a gradient only if the shapes are known");
    in.require(!in.attrs().text("mode").equals("clipped"), "has no gradient when it is clipped");
    int axis = Axes.at(in.attrs().integer("axis"), x.rank());
    long[] perm = new long[x.rank()];
    for (int i = 0; i < perm.length; i++) {
      perm[i] = i == 1 ? axis : i > 1 && i <= axis ? i - 1 : i;
    }
    long batch = x.size(0);
    long length = in.shape(1).size(axis);
    Shape places = Shape.of(batch, length, 1);
    long[] rows = new long[Sizes.toInt(batch * length)];
    long[] steps = new long[rows.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = i / length;
      steps[i] = i % length;
    }
    Value step = b.constant(Tensor.whole(DType.I64, places, steps));
    if (in.has(2)) {
      Value starts = f.reshape(f.cast(in.value(2), DType.I64), batch, 1, 1);
      Value size = b.constant(Tensor.scalar(x.size(axis)));
      step = b.add(Rem.OP, f.add(step, starts), size);
    }
    Value ids = f.concat(2, b.constant(Tensor.whole(DType.I64, places, rows)), step);
    Value written =
        b.add(ScatterNd.OP, f.transpose(in.value(0), perm), ids, f.transpose(in.value(1), perm));
    return List.of(f.transpose(written, Transpose.inverse(perm)));
  }

  private TensorScatter() {}
}
