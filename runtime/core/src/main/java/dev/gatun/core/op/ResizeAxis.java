package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.tensor.ShapeException;

/**
 * How {@link Resize} makes the elements of one axis: output o is the sum over t of {@code weights[o
 * * taps + t] * input[indices[o * taps + t]]}, or the extrapolation value where {@code outside[o]}.
 */
public record ResizeAxis(
    int in, int out, int taps, int[] indices, double[] weights, boolean[] outside) {

  /**
   * The size of an axis in and out and what maps one to the other.
   *
   * @param scale output per input; float arithmetic as in ONNX Runtime where it was given as float
   * @param length the output size before rounding to an integer
   * @param exact whether the scale is exactly out / in
   */
  record Mapping(
      int in, int out, double scale, double length, boolean exact, double start, double end) {

    /** The input coordinate of output {@code x} (ONNX, Resize-19, coordinate modes). */
    double source(String mode, int x) {
      return switch (mode) {
        case "half_pixel" -> divide(x + 0.5) - 0.5;
        case "pytorch_half_pixel" -> out > 1 ? divide(x + 0.5) - 0.5 : 0;
        case "asymmetric" -> divide(x);
        case "tf_half_pixel_for_nn" -> divide(x + 0.5);
        // Not a mistake: the length is fractional here, unlike the output's size.
        case "align_corners" -> length == 1 ? 0 : x * (in - 1.0) / (length - 1);
        case "half_pixel_symmetric" ->
            in / 2.0 * (1 - out / length) + (exact ? divide(x + 0.5) : (x + 0.5) / scale) - 0.5;
        case "tf_crop_and_resize" ->
            out > 1
                ? start * (in - 1) + x * (end - start) * (in - 1) / (out - 1)
                : 0.5 * (start + end) * (in - 1);
        default -> throw new ShapeException("op 'resize': no coordinate mode '" + mode + "'");
      };
    }

    private double divide(double x) {
      return exact ? x * in / out : (double) (float) (x / scale);
    }
  }

  static ResizeAxis of(Mapping map, Attrs attrs) {
    String mode = attrs.text("mode");
    String coordinates = attrs.text("coordinateMode");
    // With antialias a filter that shrinks is as wide as the input elements it must average.
    double filterScale = attrs.flag("antialias") ? Math.min(map.scale, 1) : 1;
    int radius =
        switch (mode) {
          case "nearest" -> 0;
          case "linear" -> (int) Math.ceil(1 / filterScale);
          case "cubic" -> (int) Math.ceil(2 / filterScale);
          default ->
              throw new ShapeException(
                  "op 'resize': mode must be nearest, linear or cubic, got " + mode);
        };
    int taps = radius == 0 ? 1 : 2 * radius;
    int[] indices = new int[Math.multiplyExact(map.out, taps)];
    double[] weights = new double[indices.length];
    boolean[] outside = new boolean[map.out];
    for (int o = 0; o < map.out; o++) {
      double x = map.source(coordinates, o);
      outside[o] = coordinates.equals("tf_crop_and_resize") && (x < 0 || x > map.in - 1);
      if (radius == 0) {
        indices[o] = clamp(nearest(attrs.text("nearestMode"), x), map.in);
        weights[o] = 1;
        continue;
      }
      int first = (int) Math.floor(x) - radius + 1;
      double sum = 0;
      for (int t = 0; t < taps; t++) {
        int index = first + t;
        double distance = Math.abs(index - x) * filterScale;
        double weight =
            mode.equals("linear")
                ? Math.max(1 - distance, 0)
                : cubic(distance, attrs.real("cubicA"));
        if (attrs.flag("excludeOutside") && (index < 0 || index >= map.in)) {
          weight = 0;
        }
        indices[o * taps + t] = clamp(index, map.in);
        weights[o * taps + t] = weight;
        sum += weight;
      }
      for (int t = 0; t < taps; t++) {
        weights[o * taps + t] /= sum;
      }
    }
    return new ResizeAxis(map.in, map.out, taps, indices, weights, outside);
  }

  private static double nearest(String mode, double x) {
    return switch (mode) {
      case "round_prefer_floor" -> Math.ceil(x - 0.5);
      case "round_prefer_ceil" -> Math.floor(x + 0.5);
      case "floor" -> Math.floor(x);
      case "ceil" -> Math.ceil(x);
      default -> throw new ShapeException("op 'resize': no nearest mode '" + mode + "'");
    };
  }

  /** The cubic convolution kernel (Keys 1981) with parameter a. */
  static double cubic(double x, double a) {
    if (x <= 1) {
      return ((a + 2) * x - (a + 3)) * x * x + 1;
    }
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
  }

  private static int clamp(double index, int size) {
    return (int) Math.min(Math.max(index, 0), size - 1);
  }

  /** True when every output is the input of the same number. */
  boolean isIdentity() {
    if (in != out) {
      return false;
    }
    for (int o = 0; o < out; o++) {
      for (int t = 0; t < taps; t++) {
        double wanted = indices[o * taps + t] == o ? 1 : 0;
        if (outside[o]
            || taps > 1 && weights[o * taps + t] != wanted
            || indices[o * taps] != o && taps == 1) {
          return false;
        }
      }
    }
    return true;
  }

  /** The weights as a matrix [out, in]; rows outside are zeros. */
  double[] matrix() {
    double[] matrix = new double[Math.multiplyExact(out, in)];
    for (int at = 0; at < indices.length; at++) {
      int o = at / taps;
      if (!outside[o]) {
        matrix[o * in + indices[at]] += weights[at];
      }
    }
    return matrix;
  }

  /** Applies this to an axis that has {@code inner} elements behind each of its own. */
  double[] apply(double[] x, int inner) {
    int outer = in * inner == 0 ? 0 : x.length / (in * inner);
    double[] y = new double[outer * out * inner];
    for (int b = 0; b < outer; b++) {
      for (int o = 0; o < out; o++) {
        int to = (b * out + o) * inner;
        for (int t = 0; t < taps; t++) {
          double weight = weights[o * taps + t];
          int from = (b * in + indices[o * taps + t]) * inner;
          if (weight != 0) {
            for (int i = 0; i < inner; i++) {
              y[to + i] += weight * x[from + i];
            }
          }
        }
      }
    }
    return y;
  }
}
