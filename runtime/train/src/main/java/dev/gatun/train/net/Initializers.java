package dev.gatun.train.net;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;

/**
 * The usual first values of parameters.
 *
 * <p>Weights are [out, in, kernel...]: fan-in is in times the kernel, fan-out is out times the
 * kernel.
 */
public final class Initializers {
  /** Zeros. */
  public static Initializer zeros() {
    return constant(0);
  }

  /** Ones. */
  public static Initializer ones() {
    return constant(1);
  }

  /** One number everywhere. */
  public static Initializer constant(double value) {
    return (shape, random) -> {
      double[] values = new double[count(shape)];
      Arrays.fill(values, value);
      return values;
    };
  }

  /** Given values; the shapes must agree. */
  public static Initializer values(Tensor tensor) {
    return (shape, random) -> {
      if (!shape.equals(tensor.shape())) {
        throw new GatunException(
            "initializer: the values are " + tensor.shape() + ", the parameter is " + shape);
      }
      return tensor.toDoubles();
    };
  }

  /** Evenly distributed between two numbers. */
  public static Initializer uniform(double low, double high) {
    return (shape, random) -> {
      double[] values = new double[count(shape)];
      for (int i = 0; i < values.length; i++) {
        values[i] = low + (high - low) * random.uniform();
      }
      return values;
    };
  }

  /** Normally distributed. */
  public static Initializer normal(double mean, double deviation) {
    return (shape, random) -> {
      double[] values = new double[count(shape)];
      for (int i = 0; i < values.length; i++) {
        values[i] = mean + deviation * random.normal();
      }
      return values;
    };
  }

  /**
   * Normally distributed; what is further than two deviations from the mean is drawn again, so the
   * deviation of the result is 0.88 times the given one.
   */
  public static Initializer truncatedNormal(double mean, double deviation) {
    return (shape, random) -> {
      double[] values = new double[count(shape)];
      for (int i = 0; i < values.length; i++) {
        double z = random.normal();
        while (Math.abs(z) > 2) {
          z = random.normal();
        }
        values[i] = mean + deviation * z;
      }
      return values;
    };
  }

  /** Evenly between -b and b with b = 1 / sqrt(fan-in), the default of dense layers here. */
  public static Initializer fanIn() {
    return (shape, random) -> {
      double bound = 1 / Math.sqrt(Math.max(fanIn(shape), 1));
      return uniform(-bound, bound).values(shape, random);
    };
  }

  /** Evenly between -b and b with b = 1 / sqrt(fan), for biases beside weights of that fan-in. */
  public static Initializer fanIn(long fan) {
    double bound = 1 / Math.sqrt((double) Math.max(fan, 1));
    return uniform(-bound, bound);
  }

  /**
   * Xavier (Glorot and Bengio 2010), uniform: variance 2 / (fan-in + fan-out), bounds sqrt(6 /
   * (fan-in + fan-out)).
   */
  public static Initializer xavierUniform() {
    return xavierUniform(1);
  }

  /** As above with all values multiplied by a gain. */
  public static Initializer xavierUniform(double gain) {
    return (shape, random) ->
        ofVariance(gain * gain * 2 / (fanIn(shape) + fanOut(shape)), false, shape, random);
  }

  /** Xavier, normal: variance 2 / (fan-in + fan-out). */
  public static Initializer xavierNormal() {
    return (shape, random) -> ofVariance(2 / (fanIn(shape) + fanOut(shape)), true, shape, random);
  }

  /** He (He and others 2015), uniform: variance 2 / fan-in, which keeps that of ReLU networks. */
  public static Initializer heUniform() {
    return (shape, random) -> ofVariance(2 / fanIn(shape), false, shape, random);
  }

  /** He, normal: variance 2 / fan-in. */
  public static Initializer heNormal() {
    return heNormal(1);
  }

  /** As above with all values multiplied by a gain. */
  public static Initializer heNormal(double gain) {
    return (shape, random) -> ofVariance(gain * gain * 2 / fanIn(shape), true, shape, random);
  }

  /** He, normal, by fan-out: variance 2 / fan-out, which keeps that of the gradients. */
  public static Initializer heNormalFanOut() {
    return (shape, random) -> ofVariance(2 / fanOut(shape), true, shape, random);
  }

  /** LeCun, uniform: variance 1 / fan-in. */
  public static Initializer lecunUniform() {
    return (shape, random) -> ofVariance(1 / fanIn(shape), false, shape, random);
  }

  /** LeCun, normal: variance 1 / fan-in, as SELU networks want. */
  public static Initializer lecunNormal() {
    return (shape, random) -> ofVariance(1 / fanIn(shape), true, shape, random);
  }

  /**
   * Rows (or columns, if there are fewer) orthogonal to each other and of length {@code gain}
   * (Saxe, McClelland and Ganguli 2013), uniformly distributed among all such matrices.
   */
  public static Initializer orthogonal(double gain) {
    return (shape, random) -> {
      requireMatrix("orthogonal", shape);
      int rows = Math.toIntExact(shape.size(0));
      int columns = count(shape) / Math.max(rows, 1);
      return Orthogonal.matrix(rows, columns, gain, random);
    };
  }

  /** As above with gain 1. */
  public static Initializer orthogonal() {
    return orthogonal(1);
  }

  /** The identity matrix, cut or padded with zeros. */
  public static Initializer identity() {
    return (shape, random) -> {
      requireMatrix("identity", shape);
      double[] values = new double[count(shape)];
      long columns = values.length / Math.max(shape.size(0), 1);
      for (long i = 0; i < Math.min(shape.size(0), columns); i++) {
        values[(int) (i * columns + i)] = 1;
      }
      return values;
    };
  }

  private static double[] ofVariance(double variance, boolean normal, Shape shape, Draws random) {
    double deviation = Math.sqrt(variance);
    double bound = Math.sqrt(3) * deviation;
    return (normal ? normal(0, deviation) : uniform(-bound, bound)).values(shape, random);
  }

  private static void requireMatrix(String name, Shape shape) {
    if (shape.rank() < 2) {
      throw new GatunException(
          "initializer '" + name + "' is for matrices, got a parameter of shape " + shape);
    }
  }

  private static double fanIn(Shape shape) {
    return shape.rank() == 0 ? 1 : count(shape) / (double) Math.max(shape.size(0), 1);
  }

  private static double fanOut(Shape shape) {
    return shape.rank() < 2
        ? Math.max(count(shape), 1)
        : count(shape) / (double) Math.max(shape.size(1), 1);
  }

  private static int count(Shape shape) {
    return Math.toIntExact(shape.elements());
  }

  private Initializers() {}
}
