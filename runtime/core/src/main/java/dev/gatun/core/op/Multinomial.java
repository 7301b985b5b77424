package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * multinomial(x) = {@code sampleSize} classes drawn for each row of x [batch, classes], which holds
 * logarithms of probabilities up to a constant a row; of type {@code dtype}.
 *
 * <p>The same for the same {@code seed}; without one others each time.
 */
public final class Multinomial {
  public static final OpDef OP =
      OpDef.named("multinomial")
          .attr("dtype", DType.I32)
          .attr("sampleSize", 1)
          .attr("seed")
          .impureUnless("seed")
          .types(
              in -> {
                Shape x = in.shape(0);
                DType dtype = in.attrs().dtype("dtype");
                long samples = in.attrs().integer("sampleSize");
                in.require(in.dtype(0).isFloat(), "x must be of a floating type");
                in.require(dtype.isInteger(), "dtype must be an integer type, got %s", dtype);
                in.require(samples >= 0, "sampleSize must not be negative, got %d", samples);
                in.require(!x.isRanked() || x.rank() == 2, "x must be [batch, classes]");
                return List.of(
                    Type.tensor(dtype, x.isRanked() ? x.size(0) : Shape.UNKNOWN, samples));
              })
          .reference(in -> List.of(run(in)))
          .define();

  private static Tensor run(Evaluation in) {
    Tensor x = in.tensor(0);
    TensorBuilder y = in.builder(0);
    long seed = Philox.seed(in);
    int classes = Sizes.toInt(x.shape().size(1));
    long samples = y.shape().size(1);
    for (long row = 0; row < y.shape().size(0); row++) {
      double[] upTo = cumulative(x, row * classes, classes);
      for (long s = 0; s < samples; s++) {
        long i = row * samples + s;
        double u = Philox.uniform(seed, i) * upTo[classes];
        int chosen = 0;
        while (chosen < classes - 1 && u >= upTo[chosen + 1]) {
          chosen++;
        }
        y.set(i, (long) chosen);
      }
    }
    return y.build();
  }

  /** Running sums of the probabilities, relative to the largest. */
  private static double[] cumulative(Tensor x, long first, int classes) {
    double max = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < classes; c++) {
      max = Math.max(max, x.getDouble(first + c));
    }
    double[] sums = new double[classes + 1];
    for (int c = 0; c < classes; c++) {
      sums[c + 1] = sums[c] + Math.exp(x.getDouble(first + c) - max);
    }
    return sums;
  }

  private Multinomial() {}
}
