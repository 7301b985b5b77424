package dev.gatun.core.quant;

import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How far one output of a changed model is from that of the first, over some samples.
 *
 * @param largest absolute difference
 * @param relative root of the mean square of the differences by that of the first model's values
 * @param agreement share of rows (along the last axis, of at least two) whose largest element is
 *     the same one
 * @param rows how many there were
 */
public record Deviation(double largest, double relative, double agreement, long rows) {
  private static final class Sums {
    double largest;
    double errors;
    double squares;
    long same;
    long rows;

    void add(Tensor first, Tensor other) {
      double[] x = first.toDoubles();
      double[] y = other.toDoubles();
      if (x.length != y.length) {
        throw new GatunException("outputs differ in shape: " + first + " and " + other);
      }
      int row = first.shape().rank() == 0 ? 1 : Math.toIntExact(first.shape().size(-1));
      for (int i = 0; i < x.length; i++) {
        largest = Math.max(largest, Math.abs(x[i] - y[i]));
        errors += (x[i] - y[i]) * (x[i] - y[i]);
        squares += x[i] * x[i];
      }
      for (int i = 0; row > 1 && i < x.length; i += row) {
        same += argMax(x, i, row) == argMax(y, i, row) ? 1 : 0;
        rows++;
      }
    }

    private static int argMax(double[] values, int from, int count) {
      int best = from;
      for (int i = from; i < from + count; i++) {
        best = values[i] > values[best] ? i : best;
      }
      return best;
    }

    Deviation result() {
      double relative = squares == 0 ? Math.sqrt(errors) : Math.sqrt(errors / squares);
      return new Deviation(largest, relative, rows == 0 ? 1 : (double) same / rows, rows);
    }
  }

  /** Runs both on the same samples; a deviation for each output that is a tensor of numbers. */
  public static Map<String, Deviation> between(
      Model first, Model other, Iterable<? extends Map<String, ? extends Datum>> samples) {
    Map<String, Sums> sums = new LinkedHashMap<>();
    List<String> names = new ArrayList<>(first.graph().outputNames());
    try (Session a = first.compile();
        Session b = other.compile()) {
      for (Map<String, ? extends Datum> sample : samples) {
        try (Outputs x = a.run(sample);
            Outputs y = b.run(sample)) {
          for (String name : names) {
            if (x.datum(name) instanceof Tensor one
                && y.datum(name) instanceof Tensor two
                && one.dtype().isNumber()) {
              sums.computeIfAbsent(name, n -> new Sums()).add(one, two);
            }
          }
        }
      }
    }
    Map<String, Deviation> found = new LinkedHashMap<>();
    sums.forEach((name, sum) -> found.put(name, sum.result()));
    return found;
  }
}
