package dev.gatun.core.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Compares gradients in float64 with central differences of the function itself. */
public final class GradientCheck {
  private static final double STEP = 1e-5;

  /** Inputs of more elements than this are moved all at once, in a random direction. */
  private static final int MANY = 24;

  /** Builds outputs from inputs. */
  public interface Function {
    List<Value> build(GraphBuilder b, List<Value> x);
  }

  /** Whether a function accepts inputs and gives finite numbers of them, any floating. */
  public static boolean isSmooth(Function function, List<Tensor> inputs) {
    GraphBuilder b = new GraphBuilder("test");
    List<Value> x = new ArrayList<>();
    for (Tensor input : inputs) {
      x.add(b.input("x" + x.size(), input.type()));
    }
    try {
      for (Value output : function.build(b, x)) {
        if (output.type() instanceof Type.OfTensor type && type.dtype().isFloat()) {
          if (type.dtype() != DType.F64) {
            return false; // steps of rounding
          }
          b.output("y", output);
        }
      }
      List<Datum> results = new Interpreter().run(b.build(), new ArrayList<>(inputs));
      for (Datum result : results) {
        for (double value : ((Tensor) result).toDoubles()) {
          if (!Double.isFinite(value) || Math.abs(value) > 1e4) {
            return false;
          }
        }
      }
      return true;
    } catch (GatunException e) {
      return false;
    }
  }

  /** As {@link #check}, unless an operator says under what other conditions it has a gradient. */
  public static boolean checkIfPossible(
      String where, Function function, List<Tensor> inputs, double tolerance) {
    try {
      check(where, function, inputs, tolerance);
      return true;
    } catch (ShapeException e) {
      if (String.valueOf(e.getMessage()).contains("has a gradient only")) {
        return false;
      }
      throw e;
    }
  }

  /** Every float64 input's gradient of a random weighting of all floating outputs. */
  public static void check(String where, Function function, List<Tensor> inputs, double tolerance) {
    run(where, function, inputs, tolerance, false);
  }

  /** As {@link #check} along one random direction: two runs instead of two for each element. */
  public static void checkAlong(
      String where, Function function, List<Tensor> inputs, double tolerance) {
    run(where, function, inputs, tolerance, true);
  }

  private static void run(
      String where, Function function, List<Tensor> inputs, double tolerance, boolean along) {
    GraphBuilder b = new GraphBuilder(where);
    List<Value> x = new ArrayList<>();
    for (Tensor input : inputs) {
      x.add(b.input("x" + x.size(), input.type()));
    }
    List<Value> outputs = new ArrayList<>();
    for (Value output : function.build(b, x)) {
      if (output.type() instanceof Type.OfTensor type && type.dtype().isFloat()) {
        outputs.add(output);
        b.output("y" + outputs.size(), output);
      }
    }
    Graph forward = b.build();
    List<Datum> values = new ArrayList<>(inputs);
    List<Tensor> weights = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(outputs.size() + 17L * where.hashCode());
    for (Datum y : new Interpreter().run(forward, values)) {
      weights.add(random((Tensor) y, random));
    }
    List<Value> upstream = new ArrayList<>();
    for (Tensor weight : weights) {
      upstream.add(b.constant(weight));
    }
    List<Integer> wrt = new ArrayList<>();
    List<Value> targets = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      if (inputs.get(i).dtype() == DType.F64) {
        wrt.add(i);
        targets.add(x.get(i));
      }
    }
    List<Value> gradients = Gradients.of(b, outputs, upstream, targets);
    GraphBuilder same = b;
    gradients.forEach(gradient -> same.output("d" + gradient.name(), gradient));
    List<Datum> all = new Interpreter().run(b.build(), values);
    long elements = inputs.stream().mapToLong(Tensor::elements).sum();
    if (along || elements > MANY) {
      compareAlong(
          where, forward, inputs, weights, all.subList(outputs.size(), all.size()), tolerance);
      return;
    }
    for (int k = 0; k < wrt.size(); k++) {
      Tensor found = (Tensor) all.get(outputs.size() + k);
      compare(where, forward, inputs, wrt.get(k), weights, found, tolerance);
    }
  }

  private static Tensor random(Tensor like, SplittableRandom random) {
    double[] values = new double[(int) like.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextDouble(-1, 1);
    }
    return Tensor.rounded(like.dtype(), like.shape(), values);
  }

  private static void compare(
      String where,
      Graph forward,
      List<Tensor> inputs,
      int which,
      List<Tensor> weights,
      Tensor found,
      double tolerance) {
    Tensor x = inputs.get(which);
    assertEquals(x.type(), found.type(), where);
    for (int i = 0; i < x.elements(); i++) {
      double step = STEP * Math.max(1, Math.abs(x.getDouble(i)));
      double up = weighted(forward, with(inputs, which, i, step), weights);
      double down = weighted(forward, with(inputs, which, i, -step), weights);
      double expected = (up - down) / (2 * step);
      double error = Math.abs(expected - found.getDouble(i));
      if (!(error <= tolerance * (1 + Math.abs(expected)))) {
        fail(
            where
                + ": gradient of input "
                + which
                + " at "
                + i
                + " is "
                + found.getDouble(i)
                + ", by differences "
                + expected
                + "\nfor "
                + inputs);
      }
    }
  }

  private static void compareAlong(
      String where,
      Graph forward,
      List<Tensor> inputs,
      List<Tensor> weights,
      List<Datum> gradients,
      double tolerance) {
    SplittableRandom random = new SplittableRandom(where.hashCode());
    List<Datum> up = new ArrayList<>();
    List<Datum> down = new ArrayList<>();
    double found = 0;
    for (int k = 0; k < inputs.size(); k++) {
      Tensor x = inputs.get(k);
      double[] direction = random(x, random).toDoubles();
      double[] gradient = ((Tensor) gradients.get(k)).toDoubles();
      double[] more = x.toDoubles();
      double[] less = x.toDoubles();
      for (int i = 0; i < direction.length; i++) {
        found += direction[i] * gradient[i];
        more[i] += STEP * direction[i];
        less[i] -= STEP * direction[i];
      }
      up.add(Tensor.rounded(x.dtype(), x.shape(), more));
      down.add(Tensor.rounded(x.dtype(), x.shape(), less));
    }
    double expected =
        (weighted(forward, up, weights) - weighted(forward, down, weights)) / (2 * STEP);
    if (!(Math.abs(expected - found) <= tolerance * (1 + Math.abs(expected)))) {
      fail(where + ": slope " + found + ", by differences " + expected + "\nfor " + inputs);
    }
  }

  private static List<Datum> with(List<Tensor> inputs, int which, int element, double step) {
    List<Datum> changed = new ArrayList<>(inputs);
    Tensor x = inputs.get(which);
    double[] values = x.toDoubles();
    values[element] += step;
    changed.set(which, Tensor.rounded(x.dtype(), x.shape(), values));
    return changed;
  }

  private static double weighted(Graph forward, List<Datum> inputs, List<Tensor> weights) {
    double sum = 0;
    List<Datum> outputs = new Interpreter().run(forward, inputs);
    for (int k = 0; k < weights.size(); k++) {
      double[] y = ((Tensor) outputs.get(k)).toDoubles();
      double[] w = weights.get(k).toDoubles();
      for (int i = 0; i < y.length; i++) {
        sum += y[i] * w[i];
      }
    }
    return sum;
  }

  private GradientCheck() {}
}
