package dev.gatun.train.optim;

import dev.gatun.core.autodiff.Gradients;
import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Flow;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Second derivatives of a function of a tensor, compiled: products of its Hessian with vectors, as
 * the gradient of gradient times vector (Pearlmutter 1994), which cost about two gradients each;
 * and Newton's method on top of them for few variables.
 */
public final class Curvature implements AutoCloseable {
  private final Tensor like;
  private final Session session;

  private Curvature(Tensor like, Session session) {
    this.like = like;
    this.session = session;
  }

  /**
   * A function of a tensor.
   *
   * @param like a point, for type and shape
   */
  public static Curvature of(Tensor like, UnaryOperator<Flow> loss) {
    GraphBuilder b = new GraphBuilder("curvature");
    Value p = b.input("p", like.type());
    Flow direction = Flow.of(b, b.input("direction", like.type()));
    Flow value = loss.apply(Flow.of(b, p));
    Value gradient = Gradients.of(b, value.value(), List.of(p)).get(0);
    Flow along = direction.with(gradient).mul(direction).sum();
    b.output("gradient", gradient);
    b.output("product", Gradients.of(b, along.value(), List.of(p)).get(0));
    Model model = new Model(b.build(), Map.of(), Map.of());
    return new Curvature(like, model.compile(SessionOptions.DEFAULT));
  }

  private double[] run(String output, double[] point, double[] direction) {
    Map<String, Tensor> inputs =
        Map.of(
            "p", Tensor.rounded(like.dtype(), like.shape(), point),
            "direction", Tensor.rounded(like.dtype(), like.shape(), direction));
    try (Outputs outputs = session.run(inputs)) {
      return outputs.get(output).toDoubles();
    }
  }

  /** The gradient at a point. */
  public double[] gradient(double[] point) {
    return run("gradient", point, new double[point.length]);
  }

  /** The Hessian at a point times a vector. */
  public double[] times(double[] point, double[] direction) {
    return run("product", point, direction);
  }

  /** The Hessian at a point, a product for each row. */
  public double[][] hessian(double[] point) {
    double[][] rows = new double[point.length][];
    for (int i = 0; i < point.length; i++) {
      double[] unit = new double[point.length];
      unit[i] = 1;
      rows[i] = times(point, unit);
    }
    return rows;
  }

  /** The point after a step of Newton's method: p - H^-1 g. */
  public double[] newton(double[] point) {
    double[] step = solve(hessian(point), gradient(point));
    double[] next = point.clone();
    for (int i = 0; i < next.length; i++) {
      next[i] -= step[i];
    }
    return next;
  }

  /** Gaussian elimination with the largest pivot of each column. */
  private static double[] solve(double[][] a, double[] b) {
    int n = b.length;
    for (int column = 0; column < n; column++) {
      int pivot = column;
      for (int row = column + 1; row < n; row++) {
        pivot = Math.abs(a[row][column]) > Math.abs(a[pivot][column]) ? row : pivot;
      }
      if (!(Math.abs(a[pivot][column]) > 0)) {
        throw new GatunException(
            "newton: the Hessian is singular in column " + column + "; there is no one solution");
      }
      double[] swapped = a[column];
      a[column] = a[pivot];
      a[pivot] = swapped;
      double value = b[column];
      b[column] = b[pivot];
      b[pivot] = value;
      for (int row = column + 1; row < n; row++) {
        double factor = a[row][column] / a[column][column];
        for (int k = column; k < n; k++) {
          a[row][k] -= factor * a[column][k];
        }
        b[row] -= factor * b[column];
      }
    }
    for (int row = n - 1; row >= 0; row--) {
      for (int k = row + 1; k < n; k++) {
        b[row] -= a[row][k] * b[k];
      }
      b[row] /= a[row][row];
    }
    return b;
  }

  @Override
  public void close() {
    session.close();
  }
}
