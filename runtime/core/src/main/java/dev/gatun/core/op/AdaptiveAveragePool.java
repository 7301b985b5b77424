package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * adaptiveAveragePool(x [N, C, S...]) [N, C, output...]: output position i is the mean of input
 * positions [floor(i S / T), ceil((i + 1) S / T)) along every axis, as PyTorch divides them.
 */
public final class AdaptiveAveragePool {
  public static final OpDef OP =
      OpDef.named("adaptiveAveragePool")
          .attr("output")
          .attr("layout", "NCHW")
          .types(AdaptiveAveragePool::types)
          .reference(AdaptiveAveragePool::run)
          .differentiateAs(AdaptiveAveragePool::build)
          .define();

  private static List<Type> types(Operands in) {
    Shape x = in.shape(0);
    in.require(in.dtype(0).isFloat(), "the input must be a floating tensor");
    if (!x.isRanked()) {
      return List.of(in.tensor(0));
    }
    long[] output = in.attrs().longs("output");
    in.require(
        x.rank() == output.length + 2,
        "output must have %d sizes, one for each spatial axis",
        x.rank() - 2);
    for (long size : output) {
      in.require(size >= 0, "output sizes must be 0 or more, got %d", size);
    }
    boolean last = Planes.isLast(in.attrs());
    return List.of(
        Type.tensor(in.dtype(0), Planes.shape(x.size(0), Planes.channels(x, last), output, last)));
  }

  private static List<Tensor> run(Evaluation in) {
    Tensor src = in.tensor(0);
    Planes from = Planes.of(src.shape(), in.attrs());
    long[] sizes = Planes.spatial(src.shape(), from.last());
    long[] output = in.attrs().longs("output");
    Shape shape = Planes.shape(from.batch(), from.channels(), output, from.last());
    Planes to = Planes.of(shape, in.attrs());
    double[] x = src.toDoubles();
    double[] y = new double[Math.toIntExact(shape.elements())];
    for (int p = 0; p < to.positions(); p++) {
      int[] covered = covered(p, sizes, output);
      for (int n = 0; n < from.batch(); n++) {
        for (int c = 0; c < from.channels(); c++) {
          int src0 = n * from.batchStride() + c * from.channelStride();
          double sum = 0;
          for (int q : covered) {
            sum += x[src0 + q * from.positionStride()];
          }
          y[n * to.batchStride() + c * to.channelStride() + p * to.positionStride()] =
              sum / covered.length;
        }
      }
    }
    return List.of(Tensor.rounded(src.dtype(), shape, y));
  }

  /** The input positions that output position {@code p} averages. */
  private static int[] covered(int p, long[] sizes, long[] output) {
    int[] result = {0};
    int stride = 1;
    for (int a = sizes.length - 1; a >= 0; a--) {
      long i = p % output[a];
      p /= (int) output[a];
      long begin = i * sizes[a] / output[a];
      long end = ((i + 1) * sizes[a] + output[a] - 1) / output[a];
      int count = (int) (end - begin);
      int[] next = new int[result.length * count];
      for (int k = 0; k < next.length; k++) {
        next[k] = result[k / count] + (int) (begin + k % count) * stride;
      }
      result = next;
      stride *= (int) sizes[a];
    }
    return result;
  }

  /** A product with a matrix of means along each axis. */
  private static List<Value> build(GraphBuilder b, Operands in) {
    Formula f = new Formula(b);
    long[] output = in.attrs().longs("output");
    int first = Planes.isLast(in.attrs()) ? 1 : 2;
    Value y = in.value(0);
    for (int a = 0; a < output.length; a++) {
      int size = Math.toIntExact(in.shape(0).size(first + a));
      int count = Math.toIntExact(output[a]);
      double[] weights = new double[count * size];
      for (int i = 0; i < count; i++) {
        int[] covered = covered(i, new long[] {size}, new long[] {count});
        for (int k : covered) {
          weights[i * size + k] = 1.0 / covered.length;
        }
      }
      y = f.alongAxis(y, first + a, count, size, weights);
    }
    return List.of(y);
  }

  private AdaptiveAveragePool() {}
}
