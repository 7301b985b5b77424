package dev.gatun.core.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every case of {@code ops.json}: the operator's graph, run by the interpreter, gives PyTorch's
 * outputs. Shapes, attributes and tolerances come from the file.
 */
class OpsGoldenTests {
  @TestFactory
  Stream<DynamicTest> forward() throws IOException {
    Optional<GoldenFile> file = GoldenFile.open("ops");
    Assumptions.assumeTrue(
        file.isPresent(), "no reference values: set gatun.golden to their directory");
    Map<String, GoldenOps.Builder> builders = GoldenOps.all();
    List<GoldenCase> cases = file.orElseThrow().cases();
    assertTrue(!cases.isEmpty(), "ops.json has no cases");
    return cases.stream()
        .map(c -> DynamicTest.dynamicTest(c.name(), () -> check(c, builders.get(c.op()))));
  }

  @TestFactory
  Stream<DynamicTest> gradients() throws IOException {
    Optional<GoldenFile> file = GoldenFile.open("ops");
    Assumptions.assumeTrue(
        file.isPresent(), "no reference values: set gatun.golden to their directory");
    Map<String, GoldenOps.Builder> builders = GoldenOps.all();
    List<GoldenCase> cases =
        file.orElseThrow().cases().stream().filter(c -> !c.names("grads").isEmpty()).toList();
    assertTrue(!cases.isEmpty(), "ops.json has no cases with gradients");
    return cases.stream()
        .map(
            c ->
                DynamicTest.dynamicTest(
                    c.name(), () -> GoldenGradients.check(c, builders.get(c.op()))));
  }

  static void check(GoldenCase c, GoldenOps.@org.jspecify.annotations.Nullable Builder builder) {
    if (builder == null) {
      fail("no builder for golden case '" + c.name() + "'");
      return;
    }
    List<Value> outputs = builder.build(c);
    List<String> names = c.names("outputs");
    for (int i = 0; i < names.size(); i++) {
      c.builder().output(names.get(i), outputs.get(i));
    }
    Graph graph = c.builder().build();
    List<Datum> inputs = new ArrayList<>();
    c.names("inputs").forEach(input -> inputs.add(c.tensor(input)));
    List<Datum> results = new Interpreter().run(graph, inputs);
    for (int i = 0; i < names.size(); i++) {
      assertClose(c, names.get(i), c.tensor(names.get(i)), (Tensor) results.get(i));
    }
  }

  static void assertClose(GoldenCase c, String name, Tensor expected, Tensor actual) {
    assertEquals(expected.type(), actual.type(), name);
    double[] wanted = expected.toDoubles();
    double[] found = actual.toDoubles();
    for (int i = 0; i < wanted.length; i++) {
      double tolerance = c.atol() + c.rtol() * Math.abs(wanted[i]);
      boolean close =
          Double.compare(wanted[i], found[i]) == 0 || Math.abs(wanted[i] - found[i]) <= tolerance;
      if (!close) {
        fail(name + "[" + i + "]: expected " + wanted[i] + ", got " + found[i]);
      }
    }
  }
}
