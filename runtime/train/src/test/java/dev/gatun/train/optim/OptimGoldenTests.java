package dev.gatun.train.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Golden;
import dev.gatun.train.net.Flow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** Every trajectory and clipping of the reference file, with the options it has there. */
class OptimGoldenTests {
  @TestFactory
  List<DynamicTest> optimizers() throws Exception {
    Optional<Golden> file = Golden.read("optim");
    assumeTrue(file.isPresent(), "no reference values: set gatun.golden to their directory");
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode node : file.get().json().get("optimizers")) {
      String name = node.get("case").asString();
      String op = node.get("op").asString();
      tests.add(
          DynamicTest.dynamicTest(
              name,
              () -> {
                if (op.startsWith("clip_grad")) {
                  clip(name, op, node, file.get());
                } else {
                  trajectory(name, op, node, file.get());
                }
              }));
    }
    return tests;
  }

  private static Tensor tensor(Golden file, String name) {
    Tensor tensor = file.tensors().get(name);
    if (tensor == null) {
      throw new AssertionError("the file has no tensor " + name);
    }
    return tensor;
  }

  private static void trajectory(String name, String op, JsonNode node, Golden file) {
    UnaryOperator<Flow> loss = loss(name, node.get("loss").asString(), file);
    JsonNode options = node.get("options");
    Tensor first = tensor(file, name + "/p0");
    int steps = node.get("steps").asInt();
    if (op.equals("lbfgs")) {
      lbfgs(name, options, first, loss, steps, file);
      return;
    }
    try (Minimizing run = new Minimizing(optimizer(op, options), first, loss)) {
      for (int t = 1; t <= steps; t++) {
        Golden.assertClose(
            name + " step " + t, tensor(file, name + "/p" + t), run.step(), 1e-4, 1e-6);
      }
    }
  }

  private static void lbfgs(
      String name,
      JsonNode options,
      Tensor first,
      UnaryOperator<Flow> loss,
      int steps,
      Golden file) {
    Options o = new Options(options);
    Lbfgs lbfgs = Lbfgs.withoutSearch(o.real("lr", 1), (int) o.real("history_size", 100));
    int iterations = (int) o.real("max_iter", 20);
    o.requireAllRead();
    try (Lbfgs.Problem problem = Lbfgs.problem(first, loss)) {
      Lbfgs.State state = lbfgs.start(problem, first.toDoubles());
      for (int t = 1; t <= steps; t++) {
        for (int i = 0; i < iterations; i++) {
          state = lbfgs.step(problem, state);
        }
        Tensor p = Tensor.rounded(first.dtype(), first.shape(), state.point());
        Golden.assertClose(name + " step " + t, tensor(file, name + "/p" + t), p, 1e-4, 1e-6);
      }
    }
  }

  /** The loss as the file writes it: sum(a*(p-c)^2) + FACTOR*sum(p^4). */
  private static UnaryOperator<Flow> loss(String name, String formula, Golden file) {
    Matcher m =
        Pattern.compile("sum\\(a\\*\\(p-c\\)\\^2\\) \\+ ([\\d.]+)\\*sum\\(p\\^4\\)")
            .matcher(formula);
    if (!m.matches()) {
      throw new AssertionError("unknown loss " + formula);
    }
    double factor = Double.parseDouble(m.group(1));
    Tensor a = tensor(file, name + "/a");
    Tensor c = tensor(file, name + "/c");
    return p ->
        p.sub(p.constant(c))
            .square()
            .mul(p.constant(a))
            .sum()
            .add(p.square().square().sum().mul(factor));
  }

  private static Optimizer optimizer(String op, JsonNode options) {
    Options o = new Options(options);
    Optimizer optimizer =
        switch (op) {
          case "sgd" ->
              new Sgd(
                  o.real("lr", 1e-3),
                  o.real("momentum", 0),
                  o.real("dampening", 0),
                  o.real("weight_decay", 0),
                  o.flag("nesterov"));
          case "adagrad" ->
              new AdaGrad(
                  o.real("lr", 1e-2),
                  o.real("lr_decay", 0),
                  o.real("weight_decay", 0),
                  o.real("initial_accumulator_value", 0),
                  o.real("eps", 1e-10));
          case "rmsprop" ->
              new RmsProp(
                  o.real("lr", 1e-2),
                  o.real("alpha", 0.99),
                  o.real("eps", 1e-8),
                  o.real("weight_decay", 0),
                  o.real("momentum", 0),
                  o.flag("centered"));
          case "adam", "adamw" ->
              new Adam(
                  o.real("lr", 1e-3),
                  o.pair("betas", 0, 0.9),
                  o.pair("betas", 1, 0.999),
                  o.real("eps", 1e-8),
                  o.real("weight_decay", op.equals("adamw") ? 1e-2 : 0),
                  op.equals("adamw"),
                  o.flag("amsgrad"));
          case "adadelta" ->
              new Adadelta(
                  o.real("lr", 1),
                  o.real("rho", 0.9),
                  o.real("eps", 1e-6),
                  o.real("weight_decay", 0));
          case "adamax" ->
              new Adamax(
                  o.real("lr", 2e-3),
                  o.pair("betas", 0, 0.9),
                  o.pair("betas", 1, 0.999),
                  o.real("eps", 1e-8),
                  o.real("weight_decay", 0));
          case "nadam" ->
              new NAdam(
                  o.real("lr", 2e-3),
                  o.pair("betas", 0, 0.9),
                  o.pair("betas", 1, 0.999),
                  o.real("eps", 1e-8),
                  o.real("weight_decay", 0),
                  o.real("momentum_decay", 4e-3),
                  o.flag("decoupled_weight_decay"));
          case "radam" ->
              new RAdam(
                  o.real("lr", 1e-3),
                  o.pair("betas", 0, 0.9),
                  o.pair("betas", 1, 0.999),
                  o.real("eps", 1e-8),
                  o.real("weight_decay", 0),
                  o.flag("decoupled_weight_decay"));
          case "rprop" ->
              new Rprop(
                  o.real("lr", 1e-2),
                  o.pair("etas", 0, 0.5),
                  o.pair("etas", 1, 1.2),
                  o.pair("step_sizes", 0, 1e-6),
                  o.pair("step_sizes", 1, 50));
          default -> throw new AssertionError("no optimizer for '" + op + "'");
        };
    o.requireAllRead();
    return optimizer;
  }

  private static void clip(String name, String op, JsonNode node, Golden file) {
    double max = node.get("options").get("max").asDouble();
    Clipping clipping = op.equals("clip_grad_norm") ? Clipping.norm(max) : Clipping.value(max);
    GraphBuilder b = new GraphBuilder("clip");
    List<Flow> gradients = new ArrayList<>();
    for (int i = 0; file.tensors().containsKey(name + "/g" + i); i++) {
      gradients.add(Flow.of(b, b.constant(tensor(file, name + "/g" + i))));
    }
    List<Flow> clipped = clipping.apply(gradients);
    b.output("norm", Clipping.norm(gradients).value());
    for (int i = 0; i < clipped.size(); i++) {
      b.output("out" + i, clipped.get(i).value());
    }
    var results = new Interpreter().run(b.build(), List.of());
    if (!node.get("total_norm").isNull()) {
      double norm = node.get("total_norm").asDouble();
      assertEquals(norm, ((Tensor) results.get(0)).getDouble(0), 1e-4 * norm);
    }
    for (int i = 0; i < clipped.size(); i++) {
      Tensor expected = tensor(file, name + "/out" + i);
      Golden.assertClose(name + " " + i, expected, (Tensor) results.get(i + 1), 1e-4, 1e-7);
    }
  }

  /** Options of a case; one that nobody reads fails the test. */
  private record Options(JsonNode node, List<String> read) {
    Options(JsonNode node) {
      this(node, new ArrayList<>());
    }

    double real(String name, double otherwise) {
      read.add(name);
      return node.has(name) ? node.get(name).asDouble() : otherwise;
    }

    double pair(String name, int index, double otherwise) {
      read.add(name);
      return node.has(name) ? node.get(name).get(index).asDouble() : otherwise;
    }

    boolean flag(String name) {
      read.add(name);
      return node.has(name) && node.get(name).asBoolean();
    }

    void requireAllRead() {
      for (Map.Entry<String, JsonNode> option : node.properties()) {
        if (!read.contains(option.getKey())) {
          throw new AssertionError("unknown option " + option);
        }
      }
    }
  }
}
