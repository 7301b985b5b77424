package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.tensor.ShapeException;
import java.util.Arrays;

/**
 * Geometry of a window that slides over the spatial axes: convolution, pooling and their kin.
 *
 * <p>Read from the attributes {@code strides}, {@code pads} (begins, then ends), {@code dilations},
 * {@code autoPad} and {@code ceilMode} where an operator has them. Along an axis, output position o
 * reads input positions {@code o * stride - padBegin + k * dilation} for k in [0, kernel). Sizes
 * may be unknown (-1): then so are the output size and, with autoPad SAME, the pads.
 *
 * @param in input sizes
 * @param out output sizes
 */
public record Window(
    long[] in,
    long[] kernel,
    long[] strides,
    long[] dilations,
    long[] padBegin,
    long[] padEnd,
    long[] out) {

  /** The window of a convolution or pooling. */
  public static Window of(String op, Attrs attrs, long[] in, long[] kernel) {
    Window w = read(op, attrs, in, kernel);
    String autoPad = autoPad(op, attrs);
    boolean ceil = attrs.has("ceilMode") && attrs.flag("ceilMode");
    for (int a = 0; a < in.length; a++) {
      w.resolve(op, a, autoPad, ceil);
    }
    return w;
  }

  /**
   * The window of a transposed convolution: {@code in} and {@code out} change roles, so that input
   * position i adds to output positions {@code i * stride - padBegin + k * dilation}.
   */
  public static Window transposed(String op, Attrs attrs, long[] in, long[] kernel) {
    Window w = read(op, attrs, in, kernel);
    String autoPad = autoPad(op, attrs);
    long[] extra = values(op, attrs, "outputPadding", in.length, 0, 0);
    long[] wanted = attrs.optionalLongs("outputShape").orElse(new long[0]);
    // The full shape may be given; only its spatial part counts.
    wanted = wanted.length == in.length + 2 ? Arrays.copyOfRange(wanted, 2, wanted.length) : wanted;
    if (wanted.length != 0 && wanted.length != in.length) {
      throw new ShapeException(
          "op '"
              + op
              + "': outputShape has "
              + wanted.length
              + " sizes for "
              + in.length
              + " axes");
    }
    for (int a = 0; a < in.length; a++) {
      w.resolveTransposed(a, autoPad, extra[a], wanted.length == 0 ? -1 : wanted[a]);
      if (w.out[a] < 0 && in[a] >= 0 && kernel[a] >= 0) {
        throw new ShapeException(
            "op '" + op + "': pads are larger than the output along spatial axis " + a);
      }
    }
    return w;
  }

  private static Window read(String op, Attrs attrs, long[] in, long[] kernel) {
    int rank = in.length;
    if (kernel.length != rank) {
      throw new ShapeException(
          String.format(
              java.util.Locale.ROOT,
              "op '%s': the window %s must have as many axes as the input has spatial ones, %s",
              op,
              Arrays.toString(kernel),
              Arrays.toString(in)));
    }
    for (long size : kernel) {
      if (size == 0 || size < -1 || size > Integer.MAX_VALUE) {
        throw new ShapeException(
            "op '" + op + "': window sizes must be 1 or more, got " + Arrays.toString(kernel));
      }
    }
    long[] pads = values(op, attrs, "pads", 2 * rank, 0, 0);
    return new Window(
        in.clone(),
        kernel.clone(),
        values(op, attrs, "strides", rank, 1, 1),
        values(op, attrs, "dilations", rank, 1, 1),
        Arrays.copyOfRange(pads, 0, rank),
        Arrays.copyOfRange(pads, rank, 2 * rank),
        new long[rank]);
  }

  private static long[] values(
      String op, Attrs attrs, String name, int count, long least, long byDefault) {
    long[] values = attrs.optionalLongs(name).orElse(new long[0]);
    if (values.length == 0) {
      values = new long[count];
      Arrays.fill(values, byDefault);
    }
    boolean good = values.length == count;
    for (long value : values) {
      good &= value >= least && value <= Integer.MAX_VALUE;
    }
    if (!good) {
      throw new ShapeException(
          String.format(
              java.util.Locale.ROOT,
              "op '%s': %s must be %d numbers of at least %d, got %s",
              op,
              name,
              count,
              least,
              Arrays.toString(values)));
    }
    return values;
  }

  private static String autoPad(String op, Attrs attrs) {
    String autoPad = attrs.has("autoPad") ? attrs.text("autoPad") : "NOTSET";
    return switch (autoPad) {
      case "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID" -> autoPad;
      default ->
          throw new ShapeException(
              "op '"
                  + op
                  + "': autoPad must be NOTSET, SAME_UPPER, SAME_LOWER or VALID, got "
                  + autoPad);
    };
  }

  private long extent(int a) {
    return (kernel[a] - 1) * dilations[a] + 1;
  }

  private void resolve(String op, int a, String autoPad, boolean ceil) {
    if (autoPad.equals("VALID")) {
      padBegin[a] = 0;
      padEnd[a] = 0;
    }
    boolean same = autoPad.startsWith("SAME");
    if (in[a] < 0 || kernel[a] < 0) {
      out[a] = same && in[a] >= 0 ? ceilDiv(in[a], strides[a]) : -1;
      if (same) {
        padBegin[a] = -1;
        padEnd[a] = -1;
      }
      return;
    }
    if (same) {
      out[a] = ceilDiv(in[a], strides[a]);
      long total = Math.max((out[a] - 1) * strides[a] + extent(a) - in[a], 0);
      splitPad(a, total, autoPad.equals("SAME_UPPER"));
      return;
    }
    long span = in[a] + padBegin[a] + padEnd[a] - extent(a);
    if (span < 0) {
      if (in[a] > 0) {
        throw new ShapeException(
            String.format(
                java.util.Locale.ROOT,
                "op '%s': window %s with dilations %s is larger than the padded input, spatial"
                    + " sizes %s, pads %s and %s",
                op,
                Arrays.toString(kernel),
                Arrays.toString(dilations),
                Arrays.toString(in),
                Arrays.toString(padBegin),
                Arrays.toString(padEnd)));
      }
      out[a] = 0;
      return;
    }
    out[a] = (ceil ? ceilDiv(span, strides[a]) : span / strides[a]) + 1;
    // A window that would start in the padding after the input is dropped.
    if (ceil && (out[a] - 1) * strides[a] >= in[a] + padBegin[a]) {
      out[a]--;
    }
  }

  private void resolveTransposed(int a, String autoPad, long extra, long wanted) {
    if (autoPad.equals("VALID")) {
      padBegin[a] = 0;
      padEnd[a] = 0;
    }
    boolean same = autoPad.startsWith("SAME");
    if (wanted < 0 && same && in[a] >= 0) {
      wanted = in[a] * strides[a];
    }
    if (in[a] < 0 || kernel[a] < 0) {
      out[a] = wanted;
      return;
    }
    long natural = strides[a] * (in[a] - 1) + extra + extent(a);
    if (in[a] == 0) {
      natural = 0;
    }
    if (wanted < 0) {
      out[a] = natural - padBegin[a] - padEnd[a];
      return;
    }
    out[a] = wanted;
    long total = natural - wanted;
    if (total < 0) {
      padBegin[a] = 0;
      padEnd[a] = total;
    } else {
      splitPad(a, total, autoPad.equals("SAME_UPPER"));
    }
  }

  /** The odd element of the padding goes to the end ("upper") or to the begin. */
  private void splitPad(int a, long total, boolean upper) {
    padBegin[a] = upper ? total / 2 : total - total / 2;
    padEnd[a] = total - padBegin[a];
  }

  private static long ceilDiv(long x, long y) {
    return (x + y - 1) / y;
  }

  public int rank() {
    return in.length;
  }

  /** Number of window elements. */
  int taps() {
    return product(kernel);
  }

  int outPositions() {
    return product(out);
  }

  int inPositions() {
    return product(in);
  }

  private static int product(long[] sizes) {
    long product = 1;
    for (long size : sizes) {
      product = Math.multiplyExact(product, size);
    }
    return Math.toIntExact(product);
  }

  /** For each output position the input position under window element {@code tap}, or -1. */
  int[] sources(int tap) {
    return positions(tap, out, in, false);
  }

  /** As {@link #sources}, but -2 for positions even beyond the padding. */
  int[] sourcesAndPadding(int tap) {
    return positions(tap, out, in, true);
  }

  /** For a transposed window: each input position's output position under a tap, or -1. */
  int[] targets(int tap) {
    return positions(tap, in, out, false);
  }

  private int[] positions(int tap, long[] outer, long[] inner, boolean beyond) {
    int rank = rank();
    int[] k = new int[rank];
    for (int a = rank - 1; a >= 0; a--) {
      k[a] = (int) (tap % kernel[a]);
      tap /= (int) kernel[a];
    }
    int[] result = {0};
    for (int a = 0; a < rank; a++) {
      int size = Math.toIntExact(outer[a]);
      int[] next = new int[Math.multiplyExact(result.length, size)];
      for (int i = 0; i < next.length; i++) {
        int before = result[i / size];
        long at = (i % size) * strides[a] - padBegin[a] + k[a] * dilations[a];
        next[i] =
            beyond && (before == -2 || at >= inner[a] + padEnd[a])
                ? -2
                : before < 0 || at < 0 || at >= inner[a] ? -1 : (int) (before * inner[a] + at);
      }
      result = next;
    }
    return result;
  }
}
