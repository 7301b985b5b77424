package dev.gatun.formats.onnx.export;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.BatchNorm;
import dev.gatun.core.op.Concat;
import dev.gatun.core.op.Conv;
import dev.gatun.core.op.Flip;
import dev.gatun.core.op.Mul;
import dev.gatun.core.op.Pad;
import dev.gatun.core.op.ReduceMean;
import dev.gatun.core.op.ReduceSum;
import dev.gatun.core.op.Reshape;
import dev.gatun.core.op.ShapeOf;
import dev.gatun.core.op.Slice;
import dev.gatun.core.op.Square;
import dev.gatun.core.op.Sub;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Smaller operators from simple ones. */
final class SmallParts {
  private static Value longs(GraphBuilder b, long... values) {
    return b.constant(Tensor.vector(values));
  }

  private static Value part(GraphBuilder b, Value x, long axis, long from, long to) {
    return b.add(Slice.OP, x, longs(b, from), longs(b, to), longs(b, axis));
  }

  /** Elements that leave at one end of an axis enter at the other. */
  static List<Value> roll(GraphBuilder b, Operands in) {
    Value x = in.value(0);
    long[] shifts = in.attrs().longs("shifts");
    long[] axes = in.attrs().longs("axes");
    Value shape = b.add(ShapeOf.OP, x);
    if (axes.length == 0) {
      Value flat = b.add(Reshape.OP, x, longs(b, -1));
      Value moved =
          rolled(b, flat, 0, shifts[0], in.shape(0).isFixed() ? in.shape(0).elements() : -1);
      return List.of(b.add(Reshape.OP, Attrs.of("allowZero", true), moved, shape));
    }
    for (int i = 0; i < axes.length; i++) {
      x = rolled(b, x, axes[i], shifts[i], in.shape(0).size((int) axes[i]));
    }
    return List.of(x);
  }

  private static Value rolled(GraphBuilder b, Value x, long axis, long shift, long size) {
    if (size < 0) {
      throw new GatunException("the size of a rolled axis must be known");
    }
    long by = size == 0 ? 0 : Math.floorMod(shift, size);
    return by == 0
        ? x
        : b.add(
            Concat.OP,
            Attrs.of("axis", axis),
            part(b, x, axis, size - by, size),
            part(b, x, axis, 0, size - by));
  }

  /** A sum over the axes along which the target is stretched. */
  static List<Value> sumTo(GraphBuilder b, Operands in) {
    long[] to = in.longs(1).orElse(new long[0]);
    Shape from = in.shape(0);
    if (in.longs(1).isEmpty() || !from.isRanked()) {
      throw new GatunException("the shape to sum to must be a constant");
    }
    List<Long> axes = new ArrayList<>();
    int lead = from.rank() - to.length;
    for (int i = 0; i < from.rank(); i++) {
      if (i < lead || to[i - lead] == 1 && from.size(i) != 1) {
        axes.add((long) i);
      }
    }
    Value x = in.value(0);
    if (!axes.isEmpty()) {
      long[] list = axes.stream().mapToLong(Long::longValue).toArray();
      x = b.add(ReduceSum.OP, x, longs(b, list));
    }
    return List.of(b.add(Reshape.OP, Attrs.of("allowZero", true), x, in.value(1)));
  }

  /** Products of all elements so far: twice as many with each step (Hillis and Steele 1986). */
  static List<Value> cumProd(GraphBuilder b, Operands in) {
    long axis =
        in.constant(1)
            .map(t -> t.getLong(0))
            .orElseThrow(() -> new GatunException("the axis must be a constant"));
    int rank = in.shape(0).rank();
    int at = (int) (axis < 0 ? axis + rank : axis);
    long size = in.shape(0).size(at);
    if (size < 0) {
      throw new GatunException("the size of the axis must be known");
    }
    Attrs flipped = Attrs.of("axes", new long[] {at});
    boolean reverse = in.attrs().flag("reverse");
    Value x = reverse ? b.add(Flip.OP, flipped, in.value(0)) : in.value(0);
    if (in.attrs().flag("exclusive")) {
      x = later(b, x, rank, at, 1, size);
    }
    for (long step = 1; step < size; step *= 2) {
      x = b.add(Mul.OP, x, later(b, x, rank, at, step, size));
    }
    return List.of(reverse ? b.add(Flip.OP, flipped, x) : x);
  }

  /** Elements moved towards the end, ones in front. */
  private static Value later(GraphBuilder b, Value x, int rank, int axis, long by, long size) {
    long[] pads = new long[2 * rank];
    pads[axis] = Math.min(by, size);
    Value kept = part(b, x, axis, 0, Math.max(0, size - by));
    Value one = b.constant(Tensor.scalar(x.tensorType().dtype(), 1));
    return b.add(Pad.OP, kept, longs(b, pads), one);
  }

  /** Windows as columns: a convolution of every channel with a kernel for each place. */
  static List<Value> unfold(GraphBuilder b, Operands in) {
    Shape shape = in.shape(0);
    long[] kernel = in.attrs().longs("kernel");
    if (!shape.isRanked() || shape.size(1) < 0) {
      throw new GatunException("the number of channels must be known");
    }
    long channels = shape.size(1);
    int places = 1;
    for (long size : kernel) {
      places = Math.toIntExact(places * size);
    }
    double[] ones = new double[Math.toIntExact(channels * places * places)];
    for (int i = 0; i < channels * places; i++) {
      ones[i * places + i % places] = 1;
    }
    long[] sizes = new long[kernel.length + 2];
    sizes[0] = channels * places;
    sizes[1] = 1;
    System.arraycopy(kernel, 0, sizes, 2, kernel.length);
    Value weight = b.constant(Tensor.rounded(in.dtype(0), Shape.of(sizes), ones));
    Attrs attrs = in.attrs().without("kernel").with("groups", channels);
    Value y = b.add(Conv.OP, attrs, in.value(0), weight);
    return List.of(b.add(Reshape.OP, y, longs(b, 0, channels * places, -1)));
  }

  /** Statistics of the batch, then the usual normalization. */
  static List<Value> batchNormTrain(GraphBuilder b, Operands in) {
    Value x = in.value(0);
    int rank = in.shape(0).rank();
    long[] axes = new long[rank - 1];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = i == 0 ? 0 : i + 1L;
    }
    Attrs flat = Attrs.of("keepDims", false);
    Value mean = b.add(ReduceMean.OP, flat, x, longs(b, axes));
    Value centered = b.add(Sub.OP, x, b.add(ReduceMean.OP, x, longs(b, axes)));
    Value variance = b.add(ReduceMean.OP, flat, b.add(Square.OP, centered), longs(b, axes));
    Attrs epsilon = Attrs.of("epsilon", in.attrs().real("epsilon"));
    Value y = b.add(BatchNorm.OP, epsilon, x, in.value(1), in.value(2), mean, variance);
    return List.of(y, mean, variance);
  }

  private SmallParts() {}
}
