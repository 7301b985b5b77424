package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * roiAlign(x [N, C, H, W], rois [R, 4], batches [R]) [R, C, outputHeight, outputWidth]: each region
 * (x1, y1, x2, y2), times spatialScale, is divided into bins, and each bin is the mean ("avg") or
 * maximum ("max") of samplingRatio^2 bilinear samples; ratio 0 takes about one an element (He and
 * others 2017, section 3).
 *
 * <p>halfPixel shifts regions by half an element, without which they are at least 1 by 1. The
 * maximum is, as in ONNX, over the four weighted corners of every sample, not over the samples.
 */
public final class RoiAlign {
  public static final OpDef OP =
      OpDef.named("roiAlign")
          .inputs(3)
          .attr("mode", "avg")
          .attr("outputHeight", 1)
          .attr("outputWidth", 1)
          .attr("samplingRatio", 0)
          .attr("spatialScale", 1.0)
          .attr("halfPixel", true)
          .types(RoiAlign::types)
          .reference(RoiAlign::run)
          .differentiateAs(SampledRegions::build)
          .define();

  private static List<Type> types(Operands in) {
    Shape x = in.shape(0);
    Shape rois = in.shape(1);
    in.require(in.dtype(0).isFloat() && in.dtype(1).isFloat(), "x and rois must be floating");
    Sizes.requireIntegers(in, 2);
    in.require(!x.isRanked() || x.rank() == 4, "x must be [batch, channel, height, width]");
    in.require(
        !rois.isRanked() || rois.rank() == 2 && (rois.size(1) < 0 || rois.size(1) == 4),
        "rois must be rows of four numbers");
    String mode = in.attrs().text("mode");
    in.require(List.of("avg", "max").contains(mode), "mode must be avg or max, got %s", mode);
    long height = in.attrs().integer("outputHeight");
    long width = in.attrs().integer("outputWidth");
    in.require(height >= 1 && width >= 1, "output sizes must be 1 or more");
    in.require(
        in.attrs().integer("samplingRatio") >= 0 && in.attrs().integer("samplingRatio") <= 1 << 10,
        "samplingRatio must be between 0 and 1024");
    return List.of(
        Type.tensor(
            in.dtype(0),
            rois.isRanked() ? rois.size(0) : Shape.UNKNOWN,
            x.isRanked() ? x.size(1) : Shape.UNKNOWN,
            height,
            width));
  }

  private static List<Tensor> run(Evaluation in) {
    Shape shape = in.shape(0);
    Shape image = in.tensor(0).shape();
    int channels = Math.toIntExact(image.size(1));
    int height = Math.toIntExact(image.size(2));
    int width = Math.toIntExact(image.size(3));
    int rows = in.attrs().intValue("outputHeight");
    int columns = in.attrs().intValue("outputWidth");
    int ratio = in.attrs().intValue("samplingRatio");
    boolean halfPixel = in.attrs().flag("halfPixel");
    double scale = in.attrs().real("spatialScale");
    double shift = halfPixel ? 0.5 : 0;
    boolean max = in.attrs().text("mode").equals("max");
    double[] x = in.tensor(0).toDoubles();
    double[] rois = in.tensor(1).toDoubles();
    long[] batches = in.longs(2);
    double[] y = new double[Math.toIntExact(shape.elements())];
    for (int r = 0; r < shape.size(0); r++) {
      if (r >= batches.length || batches[r] < 0 || batches[r] >= image.size(0)) {
        throw in.error("region %d belongs to no image of %s", r, image);
      }
      double left = rois[4 * r] * scale - shift;
      double top = rois[4 * r + 1] * scale - shift;
      double roiWidth = rois[4 * r + 2] * scale - shift - left;
      double roiHeight = rois[4 * r + 3] * scale - shift - top;
      if (!halfPixel) {
        roiWidth = Math.max(roiWidth, 1);
        roiHeight = Math.max(roiHeight, 1);
      }
      // Regions are data: bound the number of samples by the image, which holds no more detail.
      int down = ratio > 0 ? ratio : samples(roiHeight / rows, height);
      int across = ratio > 0 ? ratio : samples(roiWidth / columns, width);
      for (int bin = 0; bin < rows * columns; bin++) {
        int binRow = bin / columns;
        double binTop = top + binRow * roiHeight / rows;
        double binLeft = left + bin % columns * roiWidth / columns;
        for (int c = 0; c < channels; c++) {
          int plane = ((int) batches[r] * channels + c) * height * width;
          double sum = 0;
          double most = Double.NEGATIVE_INFINITY;
          for (int i = 0; i < down; i++) {
            double v = binTop + (i + 0.5) * roiHeight / rows / down;
            for (int j = 0; j < across; j++) {
              double u = binLeft + (j + 0.5) * roiWidth / columns / across;
              double[] corners = corners(x, plane, height, width, v, u);
              sum += corners[0] + corners[1] + corners[2] + corners[3];
              for (double corner : corners) {
                most = Math.max(most, corner);
              }
            }
          }
          int samples = down * across;
          y[(r * channels + c) * rows * columns + bin] =
              samples == 0 ? 0 : max ? most : sum / samples;
        }
      }
    }
    return List.of(Tensor.rounded(in.tensor(0).dtype(), shape, y));
  }

  private static int samples(double binSize, int limit) {
    return (int) Math.min(Math.max(Math.ceil(binSize), 0), 4.0 * limit + 1);
  }

  /** The four neighbours of a point, each times its bilinear weight; zeros outside the image. */
  private static double[] corners(
      double[] x, int plane, int height, int width, double v, double u) {
    double[] corners = new double[4];
    if (!(v >= -1 && v <= height && u >= -1 && u <= width) || height == 0 || width == 0) {
      return corners;
    }
    v = Math.min(Math.max(v, 0), height - 1);
    u = Math.min(Math.max(u, 0), width - 1);
    int row = (int) v;
    int column = (int) u;
    int below = Math.min(row + 1, height - 1);
    int right = Math.min(column + 1, width - 1);
    double dv = v - row;
    double du = u - column;
    corners[0] = (1 - dv) * (1 - du) * x[plane + row * width + column];
    corners[1] = (1 - dv) * du * x[plane + row * width + right];
    corners[2] = dv * (1 - du) * x[plane + below * width + column];
    corners[3] = dv * du * x[plane + below * width + right];
    return corners;
  }

  private RoiAlign() {}
}
