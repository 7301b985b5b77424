package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.Arrays;
import java.util.List;

/**
 * maxPool(x [N, C, S...]) = (y [N, C, T...], indices [N, C, T...]): the largest element of each
 * window, NaN if there is one; padding never wins.
 *
 * <p>An index counts the elements of x in memory order of the NCHW form, batch and channels
 * included; with storageOrder 1 the spatial axes count in reverse order (the first fastest).
 */
public final class MaxPool {
  public static final OpDef OP =
      Pooling.named("maxPool")
          .attr("storageOrder", 0)
          .types(
              in -> {
                Type.OfTensor y = Pooling.type(in);
                return List.of(y, Type.tensor(DType.I64, y.shape()));
              })
          .reference(MaxPool::run)
          .gradient(
              g ->
                  List.of(
                      g.b()
                          .add(
                              MaxPoolGradient.OP,
                              g.attrs().without("storageOrder"),
                              g.x(0),
                              g.dy())))
          .define();

  private static List<Tensor> run(Evaluation in) {
    Tensor src = in.tensor(0);
    Window window = Pooling.window("maxPool", in.attrs(), src.shape());
    Planes from = Planes.of(src.shape(), in.attrs());
    Shape shape = Pooling.shape(src.shape(), window, in.attrs());
    Planes to = Planes.of(shape, in.attrs());
    double[] x = src.toDoubles();
    double[] y = new double[Math.toIntExact(shape.elements())];
    Arrays.fill(y, lowest(src.dtype()));
    int[] best = new int[y.length];
    Arrays.fill(best, -1);
    for (int tap = 0; tap < window.taps(); tap++) {
      int[] sources = window.sources(tap);
      for (int n = 0; n < from.batch(); n++) {
        for (int c = 0; c < from.channels(); c++) {
          int src0 = n * from.batchStride() + c * from.channelStride();
          int dst0 = n * to.batchStride() + c * to.channelStride();
          for (int p = 0; p < sources.length; p++) {
            if (sources[p] >= 0) {
              double value = x[src0 + sources[p] * from.positionStride()];
              int at = dst0 + p * to.positionStride();
              if (best[at] < 0 || value > y[at] || Double.isNaN(value) && !Double.isNaN(y[at])) {
                y[at] = value;
                best[at] = sources[p];
              }
            }
          }
        }
      }
    }
    Tensor result = Tensor.rounded(src.dtype(), shape, y);
    if (in.outputs() < 2) {
      return List.of(result);
    }
    int[] order = order(window.in(), in.attrs().integer("storageOrder") == 1);
    long[] indices = new long[best.length];
    for (int n = 0; n < to.batch(); n++) {
      for (int c = 0; c < to.channels(); c++) {
        for (int p = 0; p < to.positions(); p++) {
          int at = n * to.batchStride() + c * to.channelStride() + p * to.positionStride();
          long plane = ((long) n * to.channels() + c) * from.positions();
          indices[at] = best[at] < 0 ? -1 : plane + order[best[at]];
        }
      }
    }
    return List.of(result, Tensor.whole(DType.I64, shape, indices));
  }

  /** What an empty window gives. */
  private static double lowest(DType dtype) {
    return switch (dtype.kind()) {
      case FLOAT -> Double.NEGATIVE_INFINITY;
      case INT -> -Math.scalb(1.0, 8 * dtype.bytes() - 1);
      case UINT, BOOL, STRING -> 0;
    };
  }

  /** Number of each position, the last axis fastest or the first. */
  private static int[] order(long[] sizes, boolean firstFastest) {
    int positions = 1;
    for (long size : sizes) {
      positions *= (int) size;
    }
    int[] order = new int[positions];
    for (int p = 0; p < positions; p++) {
      if (!firstFastest) {
        order[p] = p;
        continue;
      }
      int rest = p;
      int stride = positions;
      for (int a = sizes.length - 1; a >= 0; a--) {
        stride /= (int) sizes[a];
        order[p] += rest % (int) sizes[a] * stride;
        rest /= (int) sizes[a];
      }
    }
    return order;
  }

  private MaxPool() {}
}
