package dev.gatun.bench.measure;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Whether two engines gave the same outputs: floats within 1e-3 of the value plus 1e-4 of the
 * output's largest magnitude, everything else exactly.
 *
 * @param error largest difference of floats, relative to the output's largest magnitude
 * @param problem the first disagreement; empty when there is none
 */
public record Agreement(double error, String problem) {
  static final double RELATIVE = 1e-3;
  static final double ABSOLUTE = 1e-4;

  public boolean holds() {
    return problem.isEmpty();
  }

  public static Agreement of(List<Sample> found, List<Sample> expected) {
    if (found.size() != expected.size()) {
      return new Agreement(0, found.size() + " outputs, expected " + expected.size());
    }
    double error = 0;
    for (Sample e : expected) {
      Sample f = found.stream().filter(s -> s.name().equals(e.name())).findFirst().orElse(null);
      if (f == null) {
        return new Agreement(error, "there is no output '" + e.name() + "'");
      }
      if (!f.type().equals(e.type()) || !Arrays.equals(f.dims(), e.dims())) {
        return new Agreement(
            error, "output '" + e.name() + "' is " + title(f) + ", expected " + title(e));
      }
      Agreement one = isFloat(e) ? floats(f, e) : exact(f, e);
      error = Math.max(error, one.error);
      if (!one.holds()) {
        return new Agreement(error, one.problem);
      }
    }
    return new Agreement(error, "");
  }

  private static String title(Sample sample) {
    return sample.type() + Arrays.toString(sample.dims());
  }

  private static boolean isFloat(Sample sample) {
    return switch (sample.type()) {
      case "F32", "F64", "F16", "BF16" -> true;
      default -> false;
    };
  }

  private static Agreement exact(Sample found, Sample expected) {
    int at = Arrays.mismatch(found.data(), expected.data());
    return at < 0
        ? new Agreement(0, "")
        : new Agreement(
            0,
            "output '"
                + expected.name()
                + "' differs at element "
                + at * expected.elements() / expected.data().length);
  }

  private static Agreement floats(Sample found, Sample expected) {
    double[] f = values(found);
    double[] e = values(expected);
    double largest = 0;
    for (double value : e) {
      largest = Double.isFinite(value) ? Math.max(largest, Math.abs(value)) : largest;
    }
    int wrong = 0;
    int first = -1;
    double error = 0;
    for (int i = 0; i < e.length; i++) {
      double difference = Double.compare(f[i], e[i]) == 0 ? 0 : Math.abs(f[i] - e[i]);
      double tolerance = ABSOLUTE * largest + RELATIVE * Math.abs(e[i]);
      // NaN and infinity agree with themselves only.
      if (difference != 0 && !(Double.isFinite(e[i]) && difference <= tolerance)) {
        first = wrong++ == 0 ? i : first;
      }
      error = Math.max(error, difference);
    }
    double relative = largest == 0 ? error : error / largest;
    return new Agreement(
        relative,
        wrong == 0
            ? ""
            : String.format(
                Locale.ROOT,
                "output '%s' %s differs in %d elements, first at %d: %g, expected %g",
                expected.name(),
                title(expected),
                wrong,
                first,
                f[first],
                e[first]));
  }

  private static double[] values(Sample sample) {
    ByteBuffer data = ByteBuffer.wrap(sample.data()).order(ByteOrder.nativeOrder());
    double[] values = new double[(int) sample.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (sample.type()) {
            case "F32" -> data.getFloat(4 * i);
            case "F64" -> data.getDouble(8 * i);
            case "F16" -> Float.float16ToFloat(data.getShort(2 * i));
            default -> Float.intBitsToFloat(data.getShort(2 * i) << 16);
          };
    }
    return values;
  }
}
