package dev.gatun.kernels;

/**
 * Reductions of elements of any type over the middle axis of [outer, axis, inner]: floats in double
 * precision, rounded once, integers wrapping around in their width.
 *
 * <p>Scalar, about a nanosecond an element: float32, which models use, has {@link ReduceRowsF32}
 * and {@link ReduceInnerF32}. What integers have no exact meaning for (roots and logarithms) is
 * truncated.
 */
public final class ReduceElements {
  /** Results [first, last) of outer times inner; {@code axis} is at least 1. */
  public static void run(
      ElementType type,
      ReduceKind kind,
      long src,
      long dst,
      long first,
      long last,
      long axis,
      long inner) {
    int bytes = type.bytes();
    long step = inner * bytes;
    boolean real =
        type.isFloating()
            || kind == ReduceKind.L2
            || kind == ReduceKind.LOG_SUM
            || kind == ReduceKind.LOG_SUM_EXP;
    for (long unit = first; unit < last; unit++) {
      long from = src + (unit / inner * axis * inner + unit % inner) * bytes;
      long to = dst + unit * bytes;
      if (real) {
        CastElements.setReal(type, to, real(type, kind, from, step, axis));
      } else {
        CastElements.setWhole(type, to, whole(type, kind, from, step, axis));
      }
    }
  }

  private static double real(ElementType type, ReduceKind kind, long src, long step, long axis) {
    double largest = kind == ReduceKind.LOG_SUM_EXP ? largest(type, src, step, axis) : 0;
    if (Double.isInfinite(largest) || Double.isNaN(largest)) {
      return largest;
    }
    double result =
        switch (kind) {
          case MAX -> Double.NEGATIVE_INFINITY;
          case MIN -> Double.POSITIVE_INFINITY;
          case PROD -> 1;
          default -> 0;
        };
    for (long k = 0; k < axis; k++) {
      double x = CastElements.realAt(type, src + k * step);
      result =
          switch (kind) {
            case SUM, MEAN, LOG_SUM -> result + x;
            case MAX -> Math.max(result, x);
            case MIN -> Math.min(result, x);
            case PROD -> result * x;
            case SUM_SQUARES, L2 -> result + x * x;
            case SUM_ABS -> result + Math.abs(x);
            case LOG_SUM_EXP -> result + Math.exp(x - largest);
          };
    }
    return switch (kind) {
      case MEAN -> result / axis;
      case L2 -> Math.sqrt(result);
      case LOG_SUM -> Math.log(result);
      case LOG_SUM_EXP -> largest + Math.log(result);
      case SUM, MAX, MIN, PROD, SUM_SQUARES, SUM_ABS -> result;
    };
  }

  private static double largest(ElementType type, long src, long step, long axis) {
    double largest = Double.NEGATIVE_INFINITY;
    for (long k = 0; k < axis; k++) {
      largest = Math.max(largest, CastElements.realAt(type, src + k * step));
    }
    return largest;
  }

  private static long whole(ElementType type, ReduceKind kind, long src, long step, long axis) {
    boolean unsigned = type == ElementType.U64;
    long result = kind == ReduceKind.PROD ? 1 : 0;
    for (long k = 0; k < axis; k++) {
      long x = CastElements.wholeAt(type, src + k * step);
      result =
          switch (kind) {
            case SUM, MEAN -> result + x;
            case PROD -> result * x;
            case SUM_SQUARES -> result + x * x;
            case SUM_ABS -> result + (unsigned ? x : Math.abs(x));
            case MAX -> k == 0 || order(unsigned, x, result) > 0 ? x : result;
            case MIN -> k == 0 || order(unsigned, x, result) < 0 ? x : result;
            case L2, LOG_SUM, LOG_SUM_EXP ->
                throw new IllegalArgumentException(kind + " is no integer reduction");
          };
    }
    if (kind == ReduceKind.MEAN) {
      return unsigned ? Long.divideUnsigned(result, axis) : result / axis;
    }
    return result;
  }

  private static int order(boolean unsigned, long x, long y) {
    return unsigned ? Long.compareUnsigned(x, y) : Long.compare(x, y);
  }

  private ReduceElements() {}
}
