package dev.gatun.formats.onnx.map;

import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * Where sums of products of small integers are exact in float32, whose kernels are the fast ones:
 * as long as the absolute values of the terms add up to at most 2^24, whatever their order. Sums
 * that are longer are cut into pieces.
 */
final class ExactSums {
  private static final long LIMIT = 1L << 24;
  private static final int MAX_PIECES = 8;

  /** The largest distance of a value of an integer type from its zero point. */
  static long reach(Value x, Value zero) {
    DType type = x.tensorType().dtype();
    long lowest = (long) type.lowest();
    long highest = (long) type.highest();
    if (zero.isAbsent()) {
      return Math.max(-lowest, highest);
    }
    if (zero.constant().isEmpty()) {
      return highest - lowest;
    }
    return LongStream.of(zero.constant().get().toLongs())
        .map(z -> Math.max(z - lowest, highest - z))
        .max()
        .orElse(0);
  }

  /**
   * Ends of the pieces of a weight's inner axis whose sums are exact, or empty if there are too
   * many, or sizes are not known.
   *
   * @param out axis of the results, which have sums of their own
   * @param inner axis that is summed over; all others are, too
   * @param reach of what the weight is multiplied with
   */
  static Optional<long[]> pieces(Value weight, Value zero, int out, int inner, long reach) {
    Shape shape = weight.tensorType().shape();
    if (!shape.isFixed() || shape.elements() == 0) {
      return Optional.empty();
    }
    int size = Math.toIntExact(shape.size(inner));
    boolean known =
        weight.constant().isPresent() && (zero.isAbsent() || zero.constant().isPresent());
    long[][] terms =
        known
            ? terms(weight.constant().get(), zero.constant(), out, inner)
            : new long[][] {bounds(shape, out, size, reach(weight, zero))};
    long[] ends = new long[size];
    int pieces = 0;
    long[] sums = new long[terms.length];
    for (int i = 0; i < size; i++) {
      boolean full = false;
      for (int o = 0; o < sums.length; o++) {
        long term = terms[o][i] * reach;
        if (term > LIMIT) {
          return Optional.empty();
        }
        sums[o] += term;
        full |= sums[o] > LIMIT;
      }
      if (full) {
        ends[pieces++] = i;
        for (int o = 0; o < sums.length; o++) {
          sums[o] = terms[o][i] * reach;
        }
      }
    }
    ends[pieces < size ? pieces++ : pieces - 1] = size;
    return pieces > MAX_PIECES ? Optional.empty() : Optional.of(Arrays.copyOf(ends, pieces));
  }

  private static long[] bounds(Shape shape, int out, int size, long each) {
    long[] bounds = new long[size];
    Arrays.fill(bounds, shape.elements() / shape.size(out) / size * each);
    return bounds;
  }

  /** Sums of absolute values by output and inner index. */
  private static long[][] terms(Tensor weight, Optional<Tensor> zero, int out, int inner) {
    Shape shape = weight.shape();
    int outs = Math.toIntExact(shape.size(out));
    int size = Math.toIntExact(shape.size(inner));
    long outStep = step(shape, out);
    long innerStep = step(shape, inner);
    long[] zeros = zero.map(Tensor::toLongs).orElse(new long[] {0});
    long[][] terms = new long[outs][size];
    for (long i = 0; i < weight.elements(); i++) {
      int o = (int) (i / outStep % outs);
      long z = zeros[zeros.length == 1 ? 0 : o];
      terms[o][(int) (i / innerStep % size)] += Math.abs(weight.getLong(i) - z);
    }
    return terms;
  }

  private static long step(Shape shape, int axis) {
    long step = 1;
    for (int a = axis + 1; a < shape.rank(); a++) {
      step *= shape.size(a);
    }
    return step;
  }

  private ExactSums() {}
}
