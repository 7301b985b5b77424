package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * {@link GridSample} and {@link DeformConv} as gathers of neighbours times weights: what their
 * gradients flow through.
 */
final class SampledPoints {
  /** Neighbours along one axis [N, 1, P]: indices, within the axis, and weights, 0 outside. */
  private record Taps(List<Value> indices, List<Value> weights) {}

  private final Formula f;
  private final Value x;
  private final long[] sizes;
  private final List<Taps> axes = new ArrayList<>();

  /** Points in x [N, C, S...]. */
  private SampledPoints(Formula f, Value x) {
    this.f = f;
    this.x = x;
    sizes = Planes.spatial(x.tensorType().shape(), false);
  }

  static List<Value> grid(GraphBuilder b, Operands in) {
    in.require(
        in.type(0).isFixed() && in.type(1).isFixed(),
        "has a gradient only if the shapes are known");
    Formula f = new Formula(b);
    SampledPoints points = new SampledPoints(f, in.value(0));
    int rank = points.sizes.length;
    long batch = in.shape(1).size(0);
    long count = batch == 0 || rank == 0 ? 0 : in.shape(1).elements() / batch / rank;
    Value grid = f.cast(f.reshape(in.value(1), batch, count, rank), in.dtype(0));
    boolean corners = in.attrs().flag("alignCorners");
    for (int a = 0; a < rank; a++) {
      long size = points.sizes[a];
      Value g = f.reshape(f.slice(grid, 2, rank - 1 - a, rank - a, 1), batch, 1, count);
      Value at =
          corners
              ? f.mul(f.add(g, 1), (size - 1) / 2.0)
              : f.mul(f.add(f.mul(f.add(g, 1), (double) size), -1), 0.5);
      points.axes.add(points.taps(in.attrs(), at, size, corners));
    }
    long[] shape = in.shape(1).sizes();
    long[] to = new long[shape.length];
    to[0] = batch;
    to[1] = in.shape(0).size(1);
    System.arraycopy(shape, 1, to, 2, rank);
    return List.of(f.reshape(points.sum(), to));
  }

  /**
   * Linear samples of x [N, C, S...] at coordinates [N, 1, P], one list an axis: points up to an
   * element beyond the edges take the edge, others are 0.
   */
  static Value at(Formula f, Value x, List<Value> coordinates) {
    SampledPoints points = new SampledPoints(f, x);
    Value within = Value.ABSENT;
    for (int a = 0; a < coordinates.size(); a++) {
      Value at = coordinates.get(a);
      long size = points.sizes[a];
      points.axes.add(points.linear(points.clip(at, size), size));
      Value near =
          f.b()
              .add(
                  And.OP,
                  f.b().add(LessEqual.OP, f.number(at, -1), at),
                  f.b().add(LessEqual.OP, at, f.number(at, (double) size)));
      within = within.isAbsent() ? near : f.b().add(And.OP, within, near);
    }
    Value sum = points.sum();
    return f.where(within, sum, f.number(sum, 0));
  }

  static List<Value> deformed(GraphBuilder b, Operands in) {
    for (int i = 0; i < in.count(); i++) {
      in.require(!in.has(i) || in.type(i).isFixed(), "has a gradient only if the shapes are known");
    }
    Formula f = new Formula(b);
    Shape image = in.shape(0);
    Shape w = in.shape(1);
    Window window =
        Window.of(
            "deformConv",
            in.attrs(),
            Planes.spatial(image, false),
            Arrays.copyOfRange(w.sizes(), 2, w.rank()));
    int rank = window.rank();
    long taps = window.taps();
    long positions = window.outPositions();
    long batch = image.size(0);
    long channels = image.size(1);
    long parts = in.attrs().integer("offsetGroups");
    long[] split = image.sizes();
    split[0] = batch * parts;
    split[1] = channels / parts;
    SampledPoints points = new SampledPoints(f, f.reshape(in.value(0), split));
    Value offsets = f.reshape(in.value(2), batch * parts, taps, rank, positions);
    for (int a = 0; a < rank; a++) {
      Value moved = f.reshape(f.slice(offsets, 2, a, a + 1, 1), batch * parts, 1, taps * positions);
      points.axes.add(
          points.linear(f.add(moved, start(f, in.dtype(0), window, a)), window.in()[a]));
    }
    Value columns = f.reshape(points.sum(), batch, parts, channels / parts, taps, positions);
    if (in.has(4)) {
      columns = f.mul(columns, f.reshape(in.value(4), batch, parts, 1, taps, positions));
    }
    long groups = in.attrs().integer("groups");
    long rows = channels / groups * taps;
    columns = f.reshape(columns, batch, groups, rows, positions);
    Value weight = f.reshape(in.value(1), groups, w.size(0) / groups, rows);
    Value y = f.reshape(b.add(Matmul.OP, weight, columns), out(batch, w.size(0), window));
    return List.of(in.has(3) ? f.add(y, f.perChannel(in.value(3), y, false)) : y);
  }

  private static long[] out(long batch, long channels, Window window) {
    return Planes.shape(batch, channels, window.out(), false).sizes();
  }

  /** Where the window elements lie along an axis before they are moved [1, 1, K T]. */
  private static Value start(Formula f, DType dtype, Window window, int axis) {
    int taps = window.taps();
    int positions = window.outPositions();
    double[] at = new double[taps * positions];
    for (int i = 0; i < at.length; i++) {
      long k = i / positions;
      long t = i % positions;
      for (int a = window.rank() - 1; a > axis; a--) {
        k /= window.kernel()[a];
        t /= window.out()[a];
      }
      at[i] =
          (double) (t % window.out()[axis] * window.strides()[axis] - window.padBegin()[axis])
              + k % window.kernel()[axis] * window.dilations()[axis];
    }
    return f.b().constant(Tensor.rounded(dtype, Shape.of(1, 1, at.length), at));
  }

  private Taps taps(Attrs attrs, Value at, long size, boolean corners) {
    String padding = attrs.text("padding");
    return switch (attrs.text("mode")) {
      case "nearest" -> {
        Value index = inside(f.b().add(Round.OP, at), size, padding, corners);
        yield taps(List.of(index), List.of(Expand.filled(f.b(), 1, at)), size);
      }
      case "linear" -> linear(inside(at, size, padding, corners), size);
      default -> cubic(at, size, padding, corners);
    };
  }

  private Taps cubic(Value at, long size, String padding, boolean corners) {
    Value floor = f.b().add(Floor.OP, at);
    Value d = f.sub(at, floor);
    Value rest = f.sub(1, d);
    List<Value> indices = new ArrayList<>();
    for (int t = -1; t < 3; t++) {
      indices.add(inside(f.add(floor, t), size, padding, corners));
    }
    List<Value> weights = List.of(outer(f.add(d, 1)), inner(d), inner(rest), outer(f.add(rest, 1)));
    return taps(indices, weights, size);
  }

  private Taps linear(Value at, long size) {
    Value floor = f.b().add(Floor.OP, at);
    Value d = f.sub(at, floor);
    return taps(List.of(floor, f.add(floor, 1)), List.of(f.sub(1, d), d), size);
  }

  /** ResizeAxis.cubic with a = -0.75 up to 1. */
  private Value inner(Value x) {
    return f.add(f.mul(f.mul(f.add(f.mul(x, 1.25), -2.25), x), x), 1);
  }

  /** ResizeAxis.cubic with a = -0.75 from 1 to 2. */
  private Value outer(Value x) {
    Value square = f.mul(f.add(f.mul(x, -0.75), 3.75), x);
    return f.add(f.mul(f.add(square, -6), x), 3);
  }

  private Taps taps(List<Value> indices, List<Value> weights, long size) {
    List<Value> safe = new ArrayList<>();
    List<Value> inside = new ArrayList<>();
    for (int t = 0; t < indices.size(); t++) {
      Value index = indices.get(t);
      Value clipped = clip(index, size);
      Value within = f.b().add(Equal.OP, index, clipped);
      safe.add(f.cast(clipped, DType.I64));
      inside.add(f.where(within, weights.get(t), f.number(index, 0)));
    }
    return new Taps(safe, inside);
  }

  private Value clip(Value x, long size) {
    return f.b().add(Clip.OP, Attrs.of("min", 0.0, "max", size - 1.0), x);
  }

  private Value inside(Value at, long size, String padding, boolean corners) {
    if (padding.equals("zeros")) {
      return at;
    }
    Value x = at;
    if (padding.equals("reflection")) {
      double low = corners ? 0 : -0.5;
      double span = corners ? size - 1 : size;
      if (span == 0) {
        return f.mul(at, 0);
      }
      Value distance = f.abs(f.add(at, -low));
      Value folded = f.b().add(Rem.OP, Attrs.of("fmod", true), distance, f.number(at, 2 * span));
      Value back = f.sub(2 * span, folded);
      x = f.add(f.where(f.less(folded, span), folded, back), low);
    }
    return clip(x, size);
  }

  /** The weighted sum of the neighbours [N, C, P]. */
  private Value sum() {
    Shape shape = x.tensorType().shape();
    long plane = 1;
    for (long size : sizes) {
      plane *= size;
    }
    Value flat = f.reshape(x, shape.size(0), shape.size(1), plane);
    int[] choice = new int[axes.size()];
    Value total = Value.ABSENT;
    int taps = axes.get(0).indices().size();
    int combinations = (int) Math.pow(taps, axes.size());
    for (int k = 0; k < combinations; k++) {
      int rest = k;
      for (int a = choice.length - 1; a >= 0; a--) {
        choice[a] = rest % taps;
        rest /= taps;
      }
      Value term = term(flat, choice);
      total = total.isAbsent() ? term : f.add(total, term);
    }
    return total;
  }

  private Value term(Value flat, int[] choice) {
    Value offset = axes.get(0).indices().get(choice[0]);
    Value weight = axes.get(0).weights().get(choice[0]);
    for (int a = 1; a < choice.length; a++) {
      offset = f.add(f.mul(offset, (double) sizes[a]), axes.get(a).indices().get(choice[a]));
      weight = f.mul(weight, axes.get(a).weights().get(choice[a]));
    }
    Shape shape = flat.tensorType().shape();
    Shape ids = Shape.of(shape.size(0), shape.size(1), offset.tensorType().shape().size(2));
    Value picked =
        f.b().add(GatherElements.OP, Attrs.of("axis", 2), flat, Expand.to(f.b(), offset, ids));
    return f.mul(picked, weight);
  }
}
