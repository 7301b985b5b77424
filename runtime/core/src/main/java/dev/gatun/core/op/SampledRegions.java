package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.List;

/** {@link RoiAlign} by means as samples of points: what its gradient flows through. */
final class SampledRegions {
  static List<Value> build(GraphBuilder b, Operands in) {
    in.require(
        in.type(0).isFixed()
            && in.type(1).isFixed()
            && in.attrs().integer("samplingRatio") > 0
            && in.attrs().text("mode").equals("avg"),
        "has a gradient only for mode avg, a given samplingRatio and known shapes");
    Formula f = new Formula(b);
    DType dtype = in.dtype(0);
    Shape image = in.shape(0);
    long regions = in.shape(1).size(0);
    int ratio = in.attrs().intValue("samplingRatio");
    int rows = in.attrs().intValue("outputHeight");
    int columns = in.attrs().intValue("outputWidth");
    double shift = in.attrs().flag("halfPixel") ? 0.5 : 0;
    Value scaled = f.mul(f.cast(in.value(1), dtype), in.attrs().real("spatialScale"));
    scaled = f.add(scaled, -shift);
    // [R, rows, ratio] and [R, columns, ratio] stretched to [R, rows, ratio, columns, ratio].
    Value v = points(f, scaled, 1, rows, ratio, shift == 0);
    Value u = points(f, scaled, 0, columns, ratio, shift == 0);
    Shape all = Shape.of(regions, rows, ratio, columns, ratio);
    v = Expand.to(b, f.reshape(v, regions, rows, ratio, 1, 1), all);
    u = Expand.to(b, f.reshape(u, regions, 1, 1, columns, ratio), all);
    long count = (long) rows * ratio * columns * ratio;
    Value samples =
        SampledPoints.at(
            f,
            f.rows(in.value(0), in.value(2)),
            List.of(f.reshape(v, regions, 1, count), f.reshape(u, regions, 1, count)));
    samples = f.reshape(samples, regions, image.size(1), rows, ratio, columns, ratio);
    return List.of(
        b.add(
            ReduceMean.OP, Attrs.of("keepDims", false), samples, b.constant(Tensor.vector(3, 5))));
  }

  /** Sample coordinates along an axis [R, bins, ratio] of regions (x1, y1, x2, y2). */
  private static Value points(
      Formula f, Value regions, int from, int bins, int ratio, boolean least) {
    Value begin = f.slice(regions, 1, from, from + 1, 1);
    Value size = f.sub(f.slice(regions, 1, from + 2, from + 3, 1), begin);
    size = least ? f.max(size, 1) : size;
    double[] at = new double[bins * ratio];
    for (int i = 0; i < at.length; i++) {
      int bin = i / ratio;
      at[i] = (bin + (i % ratio + 0.5) / ratio) / bins;
    }
    DType dtype = regions.tensorType().dtype();
    Value steps = f.b().constant(Tensor.rounded(dtype, Shape.of(1, at.length), at));
    return f.add(begin, f.mul(size, steps));
  }

  private SampledRegions() {}
}
