package dev.gatun.train.net;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Golden;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** Layers that papers describe against PyTorch's values: results and gradients. */
class ModuleGoldenTests {
  /** A layer on a case, and where its gradients are. */
  private interface Builder {
    NetCheck.Values run(Case c);
  }

  private record Case(JsonNode json, Map<String, Tensor> tensors) {
    String name() {
      return json.required("case").asString();
    }

    Tensor tensor(String name) {
      return Objects.requireNonNull(
          tensors.get(name() + "/" + name), () -> name() + " has no " + name);
    }

    List<String> names(String field) {
      List<String> names = new ArrayList<>();
      json.required(field).forEach(node -> names.add(node.asString()));
      return names;
    }

    List<Tensor> upstream() {
      return names("outputs").stream().map(name -> tensor("d" + name)).toList();
    }

    Input input(String name) {
      long[] sizes = tensor(name).shape().sizes();
      return Input.of(name, java.util.Arrays.copyOfRange(sizes, 1, sizes.length));
    }

    /** All inputs of the case into a function of them in their order. */
    NetCheck.Values run(Module module) {
      List<String> names = names("inputs");
      Net net = Net.of(names.stream().map(this::input).toList(), module);
      return NetCheck.run(net, upstream(), names.stream().map(this::tensor).toArray(Tensor[]::new));
    }
  }

  private static final Map<String, Builder> BUILDERS = builders();

  private static Map<String, Builder> builders() {
    Map<String, Builder> all = new LinkedHashMap<>();
    all.put("capsule_squash", c -> c.run(in -> List.of(Capsules.squash(in.get(0)))));
    all.put(
        "capsule_routing",
        c -> {
          int iterations = c.json().required("attrs").required("iterations").asInt();
          return c.run(in -> List.of(Capsules.route(in.get(0), iterations)));
        });
    all.put(
        "ntm_addressing",
        c ->
            c.run(
                in ->
                    List.of(
                        MemoryHead.address(
                            in.get(0), in.get(1), in.get(2), in.get(3), in.get(4), in.get(5),
                            in.get(6)))));
    all.put("bahdanau_attention", ModuleGoldenTests::additive);
    all.put("luong_attention", ModuleGoldenTests::multiplicative);
    return all;
  }

  private static NetCheck.Values additive(Case c) {
    long units = c.tensor("v").shape().size(0);
    Alignment alignment = Layers.additiveAlignment(units);
    Net net =
        Net.of(List.of(c.input("q"), c.input("k")), in -> alignment.call(in.get(0), in.get(1)));
    Net given =
        net.withWeights(
            Map.of(
                "alignment1.query", transposed(c.tensor("w1")),
                "alignment1.key", transposed(c.tensor("w2")),
                "alignment1.score", c.tensor("v").reshape(Shape.of(1, units))));
    NetCheck.Values found = NetCheck.run(given, c.upstream(), c.tensor("q"), c.tensor("k"));
    return found
        .with("d/w1", transposed(found.get("d/alignment1.query")))
        .with("d/w2", transposed(found.get("d/alignment1.key")))
        .with("d/v", found.get("d/alignment1.score").reshape(Shape.of(units)));
  }

  private static NetCheck.Values multiplicative(Case c) {
    Alignment alignment = Layers.multiplicativeAlignment();
    Net net =
        Net.of(List.of(c.input("q"), c.input("k")), in -> alignment.call(in.get(0), in.get(1)));
    NetCheck.Values found =
        NetCheck.run(
            net.withWeights(Map.of("alignment1.weight", c.tensor("w"))),
            c.upstream(),
            c.tensor("q"),
            c.tensor("k"));
    return found.with("d/w", found.get("d/alignment1.weight"));
  }

  private static Tensor transposed(Tensor t) {
    int rows = (int) t.shape().size(0);
    int columns = (int) t.shape().size(1);
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i % columns * rows + i / columns] = t.getFloat(i);
    }
    return Tensor.of(values, columns, rows);
  }

  @TestFactory
  Stream<DynamicTest> cases() throws Exception {
    Optional<Golden> golden = Golden.read("modules");
    Assumptions.assumeTrue(golden.isPresent(), "no reference values: set gatun.golden");
    List<DynamicTest> tests = new ArrayList<>();
    golden
        .orElseThrow()
        .json()
        .forEach(
            node -> {
              Case c = new Case(node, golden.orElseThrow().tensors());
              Builder builder = BUILDERS.get(c.name().replaceAll("\\.[0-9]+$", ""));
              if (builder != null) {
                tests.add(DynamicTest.dynamicTest(c.name(), () -> check(c, builder)));
              }
            });
    assertTrue(!tests.isEmpty(), "modules.json has none of " + BUILDERS.keySet());
    return tests.stream();
  }

  private static void check(Case c, Builder builder) {
    NetCheck.Values found = builder.run(c);
    List<String> outputs = c.names("outputs");
    for (int i = 0; i < outputs.size(); i++) {
      Golden.assertClose(outputs.get(i), c.tensor(outputs.get(i)), found.get("y" + i), 1e-4, 1e-5);
    }
    for (String name : c.names("grads")) {
      Golden.assertClose("d" + name, c.tensor("d" + name), found.get("d/" + name), 1e-4, 1e-5);
    }
  }
}
