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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * L-BFGS (Liu and Nocedal 1989) for full batches: a loop over a compiled loss and gradient, with
 * the two-loop recursion (Nocedal and Wright, "Numerical Optimization", algorithm 7.4).
 *
 * @param rate the length of a step without search, and the first try of the search
 * @param history how many pairs of differences are kept
 * @param search whether each step looks for a length that meets the strong Wolfe conditions
 */
public record Lbfgs(double rate, int history, boolean search) {
  /** The value and the gradient of a function at a point. */
  public interface Problem extends AutoCloseable {
    /** The value; the gradient is written into {@code gradient}. */
    double at(double[] point, double[] gradient);

    @Override
    void close();
  }

  /**
   * Where the search is.
   *
   * @param steps differences of points, the oldest first, and of gradients beside them
   */
  public record State(
      double[] point,
      double value,
      double[] gradient,
      double[] direction,
      double length,
      List<double[]> steps,
      List<double[]> changes,
      int iteration) {}

  public Lbfgs {
    Check.rate("lbfgs", rate);
    if (history < 1) {
      throw new GatunException("lbfgs: the history must be 1 or more, got " + history);
    }
  }

  /** With a line search; rate 1, history 10. */
  public static Lbfgs withSearch() {
    return new Lbfgs(1, 10, true);
  }

  /** Without a line search: every step is {@code rate} long, the first one shorter. */
  public static Lbfgs withoutSearch(double rate, int history) {
    return new Lbfgs(rate, history, false);
  }

  /** A function of a tensor, compiled. */
  public static Problem problem(Tensor first, UnaryOperator<Flow> loss) {
    GraphBuilder b = new GraphBuilder("lbfgs");
    Value p = b.input("p", first.type());
    Flow value = loss.apply(Flow.of(b, p));
    b.output("loss", value.value());
    b.output("gradient", Gradients.of(b, value.value(), List.of(p)).get(0));
    Session session = new Model(b.build(), Map.of(), Map.of()).compile(SessionOptions.DEFAULT);
    return new Problem() {
      @Override
      public double at(double[] point, double[] gradient) {
        Tensor tensor = Tensor.rounded(first.dtype(), first.shape(), point);
        try (Outputs outputs = session.run("p", tensor)) {
          Tensor g = outputs.get("gradient");
          for (int i = 0; i < gradient.length; i++) {
            gradient[i] = g.getDouble(i);
          }
          return outputs.get("loss").getDouble(0);
        }
      }

      @Override
      public void close() {
        session.close();
      }
    };
  }

  /** The state at a point. */
  public State start(Problem problem, double[] point) {
    double[] gradient = new double[point.length];
    double value = problem.at(point, gradient);
    return new State(point.clone(), value, gradient, new double[0], 0, List.of(), List.of(), 0);
  }

  /** One step further. At a point without slope it stays where it is. */
  public State step(Problem problem, State state) {
    double[] g = state.gradient();
    double[] direction = direction(state);
    double slope = dot(g, direction);
    if (!(slope < 0)) {
      return state;
    }
    double first = state.iteration() == 0 ? Math.min(1, 1 / sumOfAbsolutes(g)) * rate : rate;
    LineSearch.Found found =
        search
            ? LineSearch.strongWolfe(problem, state.point(), direction, first, state.value(), g)
            : LineSearch.fixed(problem, state.point(), direction, first);
    List<double[]> steps = new ArrayList<>(state.steps());
    List<double[]> changes = new ArrayList<>(state.changes());
    double[] s = difference(found.point(), state.point());
    double[] y = difference(found.gradient(), g);
    // A pair that would make the approximation indefinite is left out.
    if (dot(y, s) > 1e-10) {
      if (steps.size() == history) {
        steps.remove(0);
        changes.remove(0);
      }
      steps.add(s);
      changes.add(y);
    }
    return new State(
        found.point(),
        found.value(),
        found.gradient(),
        direction,
        found.length(),
        steps,
        changes,
        state.iteration() + 1);
  }

  /** Steps until the largest element of the gradient is small or there were enough steps. */
  public State minimize(Problem problem, double[] point, int mostSteps, double tolerance) {
    State state = start(problem, point);
    while (state.iteration() < mostSteps && largest(state.gradient()) > tolerance) {
      State next = step(problem, state);
      if (next.iteration() == state.iteration() || search && !(next.value() <= state.value())) {
        return state;
      }
      state = next;
    }
    return state;
  }

  private static double[] direction(State state) {
    double[] q = state.gradient().clone();
    int pairs = state.steps().size();
    double[] alpha = new double[pairs];
    for (int i = pairs - 1; i >= 0; i--) {
      double[] s = state.steps().get(i);
      double[] y = state.changes().get(i);
      alpha[i] = dot(s, q) / dot(y, s);
      add(q, -alpha[i], y);
    }
    if (pairs > 0) {
      double[] s = state.steps().get(pairs - 1);
      double[] y = state.changes().get(pairs - 1);
      scale(q, dot(s, y) / dot(y, y));
    }
    for (int i = 0; i < pairs; i++) {
      double[] s = state.steps().get(i);
      double[] y = state.changes().get(i);
      add(q, alpha[i] - dot(y, q) / dot(y, s), s);
    }
    scale(q, -1);
    return q;
  }

  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static void add(double[] to, double factor, double[] x) {
    for (int i = 0; i < to.length; i++) {
      to[i] += factor * x[i];
    }
  }

  private static void scale(double[] x, double factor) {
    for (int i = 0; i < x.length; i++) {
      x[i] *= factor;
    }
  }

  private static double[] difference(double[] a, double[] b) {
    double[] d = a.clone();
    add(d, -1, b);
    return d;
  }

  private static double sumOfAbsolutes(double[] x) {
    double sum = 0;
    for (double v : x) {
      sum += Math.abs(v);
    }
    return sum;
  }

  private static double largest(double[] x) {
    double most = 0;
    for (double v : x) {
      most = Math.max(most, Math.abs(v));
    }
    return most;
  }
}
