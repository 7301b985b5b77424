package dev.gatun.formats.onnx.map;

import static java.util.Map.entry;

import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Update steps of optimizers (ai.onnx.preview.training). Inputs are the learning rate, the step
 * count, then for each kind of tensor (parameters, gradients, statistics) all of them in order.
 */
final class OptimizerRules {
  static final Map<String, Rule> TABLE =
      Map.ofEntries(
          entry("Adagrad", n -> each(n, 3, OptimizerRules::adagrad)),
          entry("Adam", n -> each(n, 4, OptimizerRules::adam)),
          entry("Momentum", n -> each(n, 3, OptimizerRules::momentum)));

  /** New values (parameter, statistics...) of one parameter's tensors. */
  private interface Step {
    List<Value> next(OnnxNode n, List<Value> tensors);
  }

  private static List<Value> each(OnnxNode n, int kinds, Step step) {
    int count = (n.count() - 2) / kinds;
    if (count < 1 || n.count() != 2 + kinds * count) {
      throw n.error("has %d inputs, needs 2 and %d for each parameter", n.count(), kinds);
    }
    List<List<Value>> results = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<Value> tensors = new ArrayList<>();
      for (int kind = 0; kind < kinds; kind++) {
        tensors.add(n.in(2 + kind * count + i));
      }
      results.add(step.next(n, tensors));
    }
    List<Value> outputs = new ArrayList<>();
    for (int kind = 0; kind < kinds - 1; kind++) {
      for (List<Value> result : results) {
        outputs.add(result.get(kind));
      }
    }
    return outputs;
  }

  private static Value scaled(OnnxNode n, Value x, double factor) {
    return n.add("mul", x, n.scalar(x, factor));
  }

  /** Gradient and weight decay. */
  private static Value regularized(OnnxNode n, Value x, Value gradient) {
    return n.add("add", scaled(n, x, n.real("norm_coefficient", 0)), gradient);
  }

  private static List<Value> adagrad(OnnxNode n, List<Value> t) {
    Value x = t.get(0);
    Value g = regularized(n, x, t.get(1));
    Value steps = n.cast(n.in(1), n.dtype(0));
    Value slower = n.add("add", scaled(n, steps, n.real("decay_factor", 0)), n.scalar(steps, 1));
    Value rate = n.add("div", n.in(0), slower);
    Value squares = n.add("add", t.get(2), n.add("mul", g, g));
    Value root = n.add("sqrt", squares);
    Value divisor = n.add("add", root, n.scalar(root, n.real("epsilon", 1e-6f)));
    return List.of(n.add("sub", x, n.add("div", n.add("mul", rate, g), divisor)), squares);
  }

  private static List<Value> adam(OnnxNode n, List<Value> t) {
    double alpha = n.real("alpha", 0.9f);
    double beta = n.real("beta", 0.999f);
    Value x = t.get(0);
    Value g = regularized(n, x, t.get(1));
    Value mean = n.add("add", scaled(n, t.get(2), alpha), scaled(n, g, 1 - alpha));
    Value squares =
        n.add("add", scaled(n, t.get(3), beta), scaled(n, n.add("mul", g, g), 1 - beta));
    Value root = n.add("sqrt", squares);
    Value divisor = n.add("add", root, n.scalar(root, n.real("epsilon", 1e-6f)));
    Value rate =
        n.add("where", started(n), n.add("mul", n.in(0), correction(n, alpha, beta)), n.in(0));
    Value next = n.add("sub", x, n.add("div", n.add("mul", rate, mean), divisor));
    return List.of(scaled(n, next, 1 - n.real("norm_coefficient_post", 0)), mean, squares);
  }

  private static Value started(OnnxNode n) {
    return n.add("greater", n.in(1), n.scalar(n.in(1), 0));
  }

  // sqrt(1 - beta^t) / (1 - alpha^t)
  private static Value correction(OnnxNode n, double alpha, double beta) {
    DType type = n.dtype(0);
    Value steps = n.cast(n.in(1), type);
    Value one = n.scalar(steps, 1);
    Value top = n.add("sqrt", n.add("sub", one, n.add("pow", n.scalar(steps, beta), steps)));
    return n.add("div", top, n.add("sub", one, n.add("pow", n.scalar(steps, alpha), steps)));
  }

  private static List<Value> momentum(OnnxNode n, List<Value> t) {
    double alpha = n.real("alpha");
    Value x = t.get(0);
    Value g = regularized(n, x, t.get(1));
    Value weight = n.add("where", started(n), n.scalar(g, n.real("beta")), n.scalar(g, 1));
    Value velocity = n.add("add", scaled(n, t.get(2), alpha), n.add("mul", weight, g));
    String mode = n.text("mode");
    Value direction =
        switch (mode) {
          case "standard" -> velocity;
          case "nesterov" -> n.add("add", g, scaled(n, velocity, alpha));
          default -> throw n.error("mode must be standard or nesterov, got '%s'", mode);
        };
    return List.of(n.add("sub", x, n.add("mul", n.in(0), direction)), velocity);
  }

  private OptimizerRules() {}
}
