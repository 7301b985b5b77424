package dev.gatun.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphParser;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Ops;
import dev.gatun.core.plan.Plan.Place;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.kernels.Team;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanBuilderTests {
  private static final Weights WEIGHTS = new Weights();

  private static List<Selection> select(Graph graph) {
    Target target = new Target(Backend.VECTOR, 1, WEIGHTS, new Resources());
    return graph.nodes().stream().map(node -> Candidates.select(node, target)).toList();
  }

  private static Graph parse(String body) {
    return new GraphParser(Ops.ALL).parse("graph g(x: f32[7, 5], z: f32[3, 5]) { " + body + " }");
  }

  /** Steps of the plan, whose results agree with the interpreter. */
  private static List<String> steps(Graph graph) {
    Plan plan = PlanBuilder.build(graph.inputs(), select(graph), graph.outputs(), WEIGHTS);
    Random random = new Random(7);
    List<Datum> inputs = new ArrayList<>();
    for (Value input : graph.inputs()) {
      TensorBuilder b = new TensorBuilder(input.tensorType().dtype(), input.tensorType().shape());
      for (long i = 0; i < input.tensorType().shape().elements(); i++) {
        b.set(i, random.nextGaussian());
      }
      inputs.add(b.build());
    }
    List<Datum> expected = new Interpreter().run(graph, inputs);
    try (PlanContext context = new PlanContext(plan);
        Team team = Team.ofThreads(1)) {
      for (int run = 0; run < 2; run++) {
        for (int i = 0; i < inputs.size(); i++) {
          context.set(i, (Tensor) inputs.get(i), team);
        }
        context.run(team);
        for (int i = 0; i < expected.size(); i++) {
          Tensor found = context.get(i, new OutputMemory().lease(), team);
          for (long k = 0; k < found.elements(); k++) {
            assertEquals(((Tensor) expected.get(i)).getFloat(k), found.getFloat(k), 1e-5);
          }
        }
      }
    }
    return plan.steps().stream().map(step -> step.selection().node().op().name()).toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a = exp(x) b = sin(z) y = concat(a, b) {axis = 0} return y | exp sin",
        // Also read by others, through a view, and as an output of its own.
        "a = exp(x) b = sin(z) y = concat(a, b) {axis = 0} c = softmax(a) {axis = 1} return y, c | exp sin softmax",
        "a = exp(x) s = i64[2]{5, 7} r = reshape(a, s) t = i64[2]{5, 3} q = reshape(z, t)"
            + " u = transpose(q) {perm = [1, 0]} y = concat(r, r) {axis = 0} return y, u | exp transpose concat",
        "a = exp(x) y = concat(a, x) {axis = 0} return y, a | exp",
        // A join in a join.
        "a = exp(x) b = sin(z) c = concat(b, a) {axis = 0} d = concat(a, c) {axis = 0} return d | exp sin concat",
        "a = exp(x) b = sin(z) c = concat(b, a) {axis = 0} e = tanh(z) d = concat(e, c) {axis = 0} return d, c"
            + " | exp sin tanh",
        // A constant, and a piece of a larger value, are copied.
        "a = exp(z) k = f32[1, 5]{1, 2, 3, 4, 5} y = concat(k, a) {axis = 0} return y | exp concat",
        "a = exp(x) s = i64[2]{3, 4} b, c = split(a, s) {axis = 0} y = concat(c, b) {axis = 0} return y | exp concat",
        // A softmax in place would overwrite a part that is joined later.
        "a = exp(x) b = softmax(a) {axis = 1} c = tanh(b) y = concat(c, a, b) {axis = 0} return y | exp softmax tanh",
        "a = exp(x) b = exp(z) y = concat(a, b) {axis = 0} w = softmax(y) {axis = 1} return w | exp exp softmax",
      })
  void joinsAreWrittenInPlace(String body, String steps) {
    assertEquals(List.of(steps.trim().split(" ")), steps(parse(body)));
  }

  @Test
  void joinsAlongAnInnerAxisAreCopied() {
    Graph graph = parse("a = exp(x) b = sin(x) y = concat(a, b) {axis = 1} return y");
    assertEquals(List.of("exp", "sin", "concat"), steps(graph));
  }

  @Test
  void checkFindsAValueThatIsOverwritten() {
    Graph graph = parse("a = exp(x) b = sin(x) y = add(a, b) return y");
    Map<String, Long> good = Map.of("x", 0L, "a", 256L, "b", 512L, "y", 768L);
    follow(graph, good, 1024);
    // In place of an input that dies is right, of one that is needed again is not.
    follow(graph, Map.of("x", 0L, "a", 256L, "b", 0L, "y", 256L), 1024);
    fails(graph, Map.of("x", 0L, "a", 0L, "b", 256L, "y", 512L), "'x' is overwritten before");
    fails(graph, Map.of("x", 0L, "a", 256L, "b", 256L, "y", 512L), "'a' is overwritten before");
    fails(graph, Map.of("x", 0L, "a", 256L, "b", 380L, "y", 512L), "'a' is overwritten before");
    fails(graph, Map.of("x", 0L, "a", 256L, "b", 512L, "y", 576L), "writes over its input 'b'");
    fails(graph, Map.of("x", 0L, "a", 256L, "b", 512L, "y", 900L), "does not lie in the arena");
  }

  @Test
  void checkFollowsPiecesAndJoins() {
    Graph graph =
        parse(
            "s = i64[2]{3, 4} a, b = split(x, s) {axis = 0} c = exp(z) d = concat(c, a) {axis = 0}"
                + " y = exp(d) return y, b");
    // x is 140 bytes, a its first 60, b the rest; c and d share their beginning.
    follow(
        graph,
        Map.of("x", 0L, "a", 0L, "b", 60L, "z", 192L, "c", 256L, "d", 256L, "y", 448L),
        1024);
    fails(
        graph,
        Map.of("x", 0L, "a", 0L, "b", 64L, "z", 192L, "c", 256L, "d", 256L, "y", 448L),
        "'b' is overwritten before the end");
    fails(
        graph,
        Map.of("x", 0L, "a", 0L, "b", 60L, "z", 192L, "c", 40L, "d", 256L, "y", 448L),
        "'a' is overwritten before");
  }

  @Test
  void checkFollowsState() {
    Graph graph = parse("a = exp(x) b = sin(x) y = add(a, b) return y");
    Place home = new Place(true, 1 << 20);
    // Written where the state lies: not before the last that reads it, and not beyond its end.
    Map<String, Place> early =
        Map.of("x", home, "a", home, "b", new Place(false, 0), "y", new Place(false, 256));
    Map<String, Place> last =
        Map.of("x", home, "a", new Place(false, 0), "b", home, "y", new Place(false, 256));
    Map<String, Place> beyond =
        Map.of("x", home, "a", new Place(false, 0), "b", new Place(true, 4 + (1 << 20)), "y", home);
    followState(graph, last);
    assertTrue(thrown(graph, early).contains("'x' is overwritten before"), thrown(graph, early));
    assertTrue(thrown(graph, beyond).contains("writes over its input"), thrown(graph, beyond));
  }

  private static String thrown(Graph graph, Map<String, Place> places) {
    return assertThrows(IllegalStateException.class, () -> followState(graph, places)).toString();
  }

  private static void followState(Graph graph, Map<String, Place> places) {
    PlanCheck check =
        new PlanCheck(v -> Objects.requireNonNull(places.get(v.name()), v.name()), 1024);
    check.state(graph.inputs().subList(0, 1));
    for (Selection selection : select(graph)) {
      Node node = selection.node();
      List<Place> at = new ArrayList<>();
      node.inputs().forEach(v -> at.add(Objects.requireNonNull(places.get(v.name()))));
      node.outputs().forEach(v -> at.add(Objects.requireNonNull(places.get(v.name()))));
      check.kernels(node, (Lowering.Kernels) selection.lowering(), at);
    }
  }

  private static void fails(Graph graph, Map<String, Long> offsets, String message) {
    IllegalStateException thrown =
        assertThrows(IllegalStateException.class, () -> follow(graph, offsets, 1024));
    String found = String.valueOf(thrown.getMessage());
    assertTrue(found.contains(message), found);
  }

  private static long at(Map<String, Long> offsets, Value value) {
    return Objects.requireNonNull(offsets.get(value.name()), value.name());
  }

  private static void follow(Graph graph, Map<String, Long> offsets, long arena) {
    PlanCheck check =
        new PlanCheck(
            value -> {
              Long at = offsets.get(value.name());
              return at == null ? Place.NOWHERE : new Place(false, at);
            },
            arena);
    check.inputs(graph.inputs().stream().filter(v -> offsets.containsKey(v.name())).toList());
    for (Selection selection : select(graph)) {
      Node node = selection.node();
      switch (selection.lowering()) {
        case Lowering.View view -> check.view(node, view);
        case Lowering.Join join -> check.join(node, join);
        case Lowering.Kernels kernels -> {
          List<Place> places = new ArrayList<>();
          node.inputs().forEach(v -> places.add(new Place(false, at(offsets, v))));
          node.outputs().forEach(v -> places.add(new Place(false, at(offsets, v))));
          check.kernels(node, kernels, places);
        }
        case Lowering.Refused refused -> throw new AssertionError(node);
      }
    }
    graph.outputs().forEach(v -> check.left(v, new Place(false, at(offsets, v))));
  }
}
