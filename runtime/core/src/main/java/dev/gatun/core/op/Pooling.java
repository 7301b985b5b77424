package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Type;
import java.util.Arrays;

/** What the pooling operators share: attributes, type rule, geometry. */
final class Pooling {
  /** A definition with the attributes of a sliding window. */
  static OpDef.Builder named(String name) {
    return OpDef.named(name)
        .attr("kernel")
        .attr("strides")
        .attr("pads")
        .attr("dilations")
        .attr("ceilMode", false)
        .attr("autoPad", "NOTSET")
        .attr("layout", "NCHW");
  }

  /** x with its spatial sizes replaced by those of the window's positions. */
  static Type.OfTensor type(Operands in) {
    Shape x = in.shape(0);
    in.require(
        in.dtype(0).isFloat() || in.dtype(0).isInteger(), "the input must be a tensor of numbers");
    if (!x.isRanked()) {
      return Type.tensor(in.dtype(0), x);
    }
    in.require(x.rank() >= 3, "the input must have batch, channel and spatial axes");
    return Type.tensor(in.dtype(0), shape(x, window(in.op().name(), in.attrs(), x), in.attrs()));
  }

  static Shape shape(Shape x, Window window, Attrs attrs) {
    boolean last = Planes.isLast(attrs);
    return Planes.shape(x.size(0), Planes.channels(x, last), window.out(), last);
  }

  static Window window(String op, Attrs attrs, Shape x) {
    return Window.of(op, attrs, Planes.spatial(x, Planes.isLast(attrs)), attrs.longs("kernel"));
  }

  /** x with every spatial size 1. */
  static Type.OfTensor globalType(Operands in) {
    Shape x = in.shape(0);
    in.require(in.dtype(0).isFloat(), "the input must be a floating tensor");
    if (!x.isRanked()) {
      return Type.tensor(in.dtype(0), x);
    }
    in.require(x.rank() >= 2, "the input must have batch and channel axes");
    return Type.tensor(in.dtype(0), globalShape(x, in.attrs()));
  }

  /** The axes of positions. */
  static long[] spatialAxes(Operands in) {
    int first = Planes.isLast(in.attrs()) ? 1 : 2;
    return java.util.stream.LongStream.range(first, first + in.shape(0).rank() - 2).toArray();
  }

  /** (sum of |x|^p over the axes)^(1/p). */
  static Value norm(Formula f, Value x, double p, long[] axes) {
    if (axes.length == 0 || p == 1) {
      return axes.length == 0 ? f.abs(x) : f.b().add(ReduceL1.OP, x, f.longs(axes));
    }
    return p == 2
        ? f.b().add(ReduceL2.OP, x, f.longs(axes))
        : f.pow(f.keptSum(f.pow(f.abs(x), p), axes), 1 / p);
  }

  static Shape globalShape(Shape x, Attrs attrs) {
    boolean last = Planes.isLast(attrs);
    long[] ones = new long[x.rank() - 2];
    Arrays.fill(ones, 1);
    return Planes.shape(x.size(0), Planes.channels(x, last), ones, last);
  }

  /** Folds the elements of one window or plane into one number. */
  interface Fold {
    double of(double[] values, int from, int count, int stride);
  }

  /** Folds each channel of each image. */
  static double[] global(double[] x, Planes from, Fold fold) {
    double[] y = new double[from.batch() * from.channels()];
    for (int n = 0; n < from.batch(); n++) {
      for (int c = 0; c < from.channels(); c++) {
        y[n * from.channels() + c] =
            fold.of(
                x,
                n * from.batchStride() + c * from.channelStride(),
                from.positions(),
                from.positionStride());
      }
    }
    return y;
  }

  private Pooling() {}
}
