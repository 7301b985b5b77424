package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * resize(x, scales?, sizes?, roi?): resamples the given axes (all by default) one after another, as
 * ONNX Resize-19 does; {@link ResizeAxis} has the weights.
 *
 * <p>Exactly one of scales and sizes is given, with one number an axis. aspectPolicy (with sizes):
 * "stretch", "not_larger" or "not_smaller". roi = [starts..., ends...] in fractions of the axes,
 * for coordinateMode tf_crop_and_resize. There is no layout: axes are axes.
 */
public final class Resize {
  public static final OpDef OP =
      OpDef.named("resize")
          .inputs(2, 4)
          .attr("mode", "nearest")
          .attr("coordinateMode", "half_pixel")
          .attr("nearestMode", "round_prefer_floor")
          .attr("cubicA", -0.75)
          .attr("excludeOutside", false)
          .attr("extrapolation", 0.0)
          .attr("antialias", false)
          .attr("aspectPolicy", "stretch")
          .attr("axes")
          .types(Resize::types)
          .reference(Resize::run)
          .differentiateAs(Resize::build)
          .define();

  private static List<Type> types(Operands in) {
    in.require(
        in.dtype(0).isFloat() || in.dtype(0).isInteger(), "the input must be a tensor of numbers");
    in.require(in.has(1) != in.has(2), "needs either scales or sizes");
    Shape x = in.shape(0);
    if (!x.isRanked()) {
      return List.of(in.tensor(0));
    }
    int[] axes = axes(x, in.attrs());
    if (in.attrs().has("axes")) {
      Axes.several(in, in.attrs().longs("axes"), x.rank());
    }
    long[] sizes = x.sizes();
    long[] resized = outSizes(x, axes, in.attrs(), in.constant(1), in.constant(2));
    for (int i = 0; i < axes.length; i++) {
      sizes[axes[i]] = resized[i];
    }
    return List.of(Type.tensor(in.dtype(0), Shape.of(sizes)));
  }

  /** The axes that are resized, in the order of the scales or sizes. */
  public static int[] axes(Shape x, Attrs attrs) {
    Optional<long[]> given = attrs.optionalLongs("axes");
    int[] axes = new int[given.map(a -> a.length).orElse(x.rank())];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = given.isPresent() ? x.axis("resize", given.get()[i]) : i;
    }
    return axes;
  }

  /** New sizes of the axes, -1 where the inputs do not tell. */
  private static long[] outSizes(
      Shape x, int[] axes, Attrs attrs, Optional<Tensor> scales, Optional<Tensor> sizes) {
    long[] out = new long[axes.length];
    Arrays.fill(out, -1);
    Tensor numbers = scales.or(() -> sizes).orElse(null);
    if (numbers == null) {
      return out;
    }
    if (numbers.elements() != axes.length) {
      throw new ShapeException(
          "op 'resize': got "
              + numbers.elements()
              + " scales or sizes for "
              + axes.length
              + " axes of "
              + x);
    }
    String policy = attrs.text("aspectPolicy");
    double uniform =
        sizes.isEmpty() || policy.equals("stretch") ? 1 : uniformScale(x, axes, numbers, policy);
    for (int i = 0; i < axes.length; i++) {
      long size = x.size(axes[i]);
      double value = numbers.getDouble(i);
      if (!(value >= 0)) {
        throw new ShapeException("op 'resize': scales and sizes must be positive, got " + numbers);
      }
      if (scales.isPresent()) {
        // In float as ONNX's shape inference: 0.7f * 10 is 7, which it is not in double.
        out[i] = size < 0 ? -1 : (long) Math.floor((float) value * (float) size);
      } else if (policy.equals("stretch")) {
        out[i] = numbers.getLong(i);
      } else {
        out[i] = size < 0 || uniform < 0 ? -1 : (long) Math.floor(uniform * size + 0.5);
      }
    }
    return out;
  }

  /** The one scale that keeps the aspect ratio; -1 if a size is not known. */
  private static double uniformScale(Shape x, int[] axes, Tensor sizes, String policy) {
    double least = Double.POSITIVE_INFINITY;
    double most = 0;
    for (int i = 0; i < axes.length; i++) {
      if (x.size(axes[i]) < 0) {
        return -1;
      }
      double scale = sizes.getDouble(i) / x.size(axes[i]);
      least = Math.min(least, scale);
      most = Math.max(most, scale);
    }
    return switch (policy) {
      case "not_larger" -> least;
      case "not_smaller" -> most;
      default ->
          throw new ShapeException(
              "op 'resize': aspectPolicy must be stretch, not_larger or not_smaller, got "
                  + policy);
    };
  }

  /**
   * The weights of each resized axis, in the order of attribute axes.
   *
   * @param x a fixed shape
   */
  public static ResizeAxis[] plan(
      Shape x, Attrs attrs, Optional<Tensor> scales, Optional<Tensor> sizes, Optional<Tensor> roi) {
    int[] axes = axes(x, attrs);
    long[] out = outSizes(x, axes, attrs, scales, sizes);
    boolean crops = attrs.text("coordinateMode").equals("tf_crop_and_resize");
    if (crops && (roi.isEmpty() || roi.get().elements() != 2L * axes.length)) {
      throw new ShapeException(
          "op 'resize': tf_crop_and_resize needs a roi of " + 2 * axes.length + " numbers");
    }
    String policy = attrs.text("aspectPolicy");
    ResizeAxis[] plan = new ResizeAxis[axes.length];
    for (int i = 0; i < axes.length; i++) {
      int from = Sizes.toInt(x.size(axes[i]));
      int to = Sizes.toInt(out[i]);
      if (from == 0 && to > 0) {
        throw new ShapeException("op 'resize': cannot enlarge an empty axis of " + x);
      }
      boolean stretched = scales.isEmpty() && policy.equals("stretch");
      double scale =
          scales.isPresent()
              ? scales.get().getDouble(i)
              : stretched ? (double) to / from : uniformScale(x, axes, sizes.orElseThrow(), policy);
      plan[i] =
          ResizeAxis.of(
              new ResizeAxis.Mapping(
                  from,
                  to,
                  scale,
                  stretched ? to : scale * from,
                  stretched,
                  crops ? roi.orElseThrow().getDouble(i) : 0,
                  crops ? roi.orElseThrow().getDouble(axes.length + i) : 1),
              attrs);
    }
    return plan;
  }

  private static List<Tensor> run(Evaluation in) {
    Tensor src = in.tensor(0);
    Attrs attrs = in.attrs();
    ResizeAxis[] plan = plan(src.shape(), attrs, in.optional(1), in.optional(2), in.optional(3));
    int[] axes = axes(src.shape(), attrs);
    long[] sizes = src.shape().sizes();
    double[] x = src.toDoubles();
    for (int i = 0; i < axes.length; i++) {
      if (!plan[i].isIdentity()) {
        x = plan[i].apply(x, inner(sizes, axes[i]));
        sizes[axes[i]] = plan[i].out();
      }
    }
    double extrapolation = attrs.real("extrapolation");
    for (int i = 0; i < axes.length; i++) {
      int inner = inner(sizes, axes[i]);
      for (int at = 0; at < x.length; at++) {
        if (plan[i].outside()[at / inner % plan[i].out()]) {
          x[at] = extrapolation;
        }
      }
    }
    return List.of(Tensor.rounded(src.dtype(), Shape.of(sizes), x));
  }

  private static int inner(long[] sizes, int axis) {
    int inner = 1;
    for (int a = axis + 1; a < sizes.length; a++) {
      inner *= (int) sizes[a];
    }
    return inner;
  }

  /** A product with the matrix of weights along each axis. */
  private static List<Value> build(GraphBuilder b, Operands in) {
    Formula f = new Formula(b);
    Shape shape = in.shape(0);
    for (int i = 1; i < in.count(); i++) {
      in.require(
          shape.isFixed() && (!in.has(i) || in.constant(i).isPresent()),
          "has a gradient only if the shape is known and scales, sizes and roi are constants");
    }
    ResizeAxis[] plan = plan(shape, in.attrs(), in.constant(1), in.constant(2), in.constant(3));
    int[] axes = axes(shape, in.attrs());
    Value y = in.value(0);
    for (int i = 0; i < axes.length; i++) {
      if (!plan[i].isIdentity()) {
        y = f.alongAxis(y, axes[i], plan[i].out(), plan[i].in(), plan[i].matrix());
      }
    }
    return List.of(y);
  }

  private Resize() {}
}
