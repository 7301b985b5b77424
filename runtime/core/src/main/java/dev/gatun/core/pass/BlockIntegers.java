package dev.gatun.core.pass;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Recipe;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A float32 matrix as integers with a scale for each {@link #BLOCK} weights along K. Scales are
 * found at once, integers when a kernel packs them, so that they are never held a byte each.
 */
final class BlockIntegers implements Recipe {
  static final int BLOCK = 32;

  private final Tensor weight;
  private final boolean turned;
  private final int highest;
  private final int lowest;
  private final int n;
  private final int k;
  private final int blocks;
  private final float[] scales;

  private BlockIntegers(Tensor weight, boolean turned, int bits) {
    this.weight = weight;
    this.turned = turned;
    highest = (1 << (bits - 1)) - 1;
    // Eight bits have enough values to do without the one that has no counterpart.
    lowest = bits == 8 ? -highest : -highest - 1;
    n = Math.toIntExact(weight.shape().size(turned ? 0 : 1));
    k = Math.toIntExact(weight.shape().size(turned ? 1 : 0));
    blocks = Math.ceilDiv(k, BLOCK);
    scales = new float[Math.multiplyExact(n, blocks)];
  }

  /**
   * The integers [like the weight] and the scales, blocks instead of K.
   *
   * @throws GatunException if a weight is not finite
   */
  static List<Tensor> of(Tensor weight, boolean turned, int bits, String name) {
    BlockIntegers integers = new BlockIntegers(weight, turned, bits);
    integers.findScales(name);
    Shape shape =
        turned ? Shape.of(integers.n, integers.blocks) : Shape.of(integers.blocks, integers.n);
    Tensor all = Tensor.of(integers.scales, shape.sizes());
    DType half = integers.fitHalves() ? DType.F16 : DType.F32;
    return List.of(
        Tensor.computed(bits == 8 ? DType.I8 : DType.I4, weight.shape(), integers),
        half == DType.F32 ? all : Tensor.rounded(half, shape, all.toDoubles()));
  }

  private boolean fitHalves() {
    for (float scale : scales) {
      if (Float.isInfinite(Float.float16ToFloat(Float.floatToFloat16(scale)))) {
        return false;
      }
    }
    return true;
  }

  private long at(int column, int term) {
    return turned ? (long) column * k + term : (long) term * n + column;
  }

  private int scaleAt(int column, int block) {
    return turned ? column * blocks + block : block * n + column;
  }

  /** Blocks are cut as they lie in memory: by columns, or by blocks of all columns. */
  private IntStream parts() {
    return IntStream.range(0, turned ? n : blocks).parallel();
  }

  private interface Body {
    void run(int column, int block);
  }

  private void each(Body body) {
    parts()
        .forEach(
            part -> {
              for (int i = 0; i < (turned ? blocks : n); i++) {
                body.run(turned ? part : i, turned ? i : part);
              }
            });
  }

  private void findScales(String name) {
    MemorySegment from = weight.data();
    each(
        (column, block) -> {
          float scale = scale(from, column, block);
          if (!Float.isFinite(scale)) {
            throw new GatunException(
                "weight '" + name + "' has values that are not finite; it cannot become integers");
          }
          // Integers are taken with the scale as it will be kept.
          float half = Float.float16ToFloat(Float.floatToFloat16(scale));
          scales[scaleAt(column, block)] = Float.isInfinite(half) ? scale : half;
        });
  }

  private float scale(MemorySegment from, int column, int block) {
    int end = Math.min(k, (block + 1) * BLOCK);
    float extreme = 0;
    for (int term = block * BLOCK; term < end; term++) {
      float x = from.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * at(column, term));
      if (!(Math.abs(x) <= Math.abs(extreme))) {
        extreme = x;
      }
    }
    if (highest > 7 || !Float.isFinite(extreme)) {
      return Math.abs(extreme) / highest;
    }
    // The side with one value more takes the extreme; the scale that is best for the integers so
    // found lessens the sum of squared errors by some percent.
    float first = extreme / lowest;
    double products = 0;
    double squares = 0;
    for (int term = block * BLOCK; term < end; term++) {
      float x = from.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * at(column, term));
      int q = nearest(x, first);
      products += (double) q * x;
      squares += (double) q * q;
    }
    return squares == 0 ? first : (float) (products / squares);
  }

  private int nearest(float x, float scale) {
    return scale == 0 ? 0 : Math.clamp((long) Math.rint(x / scale), lowest, highest);
  }

  @Override
  public void write(MemorySegment to) {
    MemorySegment from = weight.data();
    each(
        (column, block) -> {
          float scale = scales[scaleAt(column, block)];
          int end = Math.min(k, (block + 1) * BLOCK);
          for (int term = block * BLOCK; term < end; term++) {
            long at = at(column, term);
            float x = from.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * at);
            to.set(ValueLayout.JAVA_BYTE, at, (byte) nearest(x, scale));
          }
        });
    weight.unload();
  }
}
