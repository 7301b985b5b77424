package dev.gatun.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.core.autodiff.Gradients;
import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.formats.Safetensors;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import dev.gatun.train.net.Net;
import dev.gatun.train.net.NetGraph;
import dev.gatun.train.net.Parameter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every folder of the reference files: results, loss, gradients and generated words are those of
 * the published implementation.
 */
class HfGoldenTests {
  private static final double RELATIVE = 1e-3;
  private static final double ABSOLUTE = 1e-4;

  /** One folder. */
  private record Case(String name, JsonNode json, Map<String, Tensor> tensors, Pretrained model) {
    static Case of(Path folder) {
      return new Case(
          folder.getFileName().toString(),
          JsonMapper.shared().readTree(folder.resolve("golden.json").toFile()),
          Safetensors.read(folder.resolve("golden.safetensors")).tensors(),
          Pretrained.load(folder));
    }

    Tensor tensor(String key) {
      Tensor tensor = tensors.get(key);
      if (tensor == null) {
        throw new AssertionError(name + ": the file has no tensor " + key);
      }
      return tensor;
    }

    Map<String, Tensor> inputs() {
      Map<String, Tensor> inputs = new LinkedHashMap<>();
      for (JsonNode input : json.get("inputs")) {
        inputs.put(input.asString(), tensor("in/" + input.asString()));
      }
      return inputs;
    }
  }

  @TestFactory
  Stream<DynamicTest> folders() throws Exception {
    Path directory = Golden.directory().resolve("hf");
    assumeTrue(
        Files.isDirectory(directory),
        "no reference values: set gatun.golden to the directory that has hf in it");
    List<Path> folders;
    try (Stream<Path> list = Files.list(directory)) {
      folders = list.filter(p -> Files.exists(p.resolve("golden.json"))).sorted().toList();
    }
    String only = System.getProperty("gatun.golden.only", "");
    return folders.stream()
        .filter(folder -> folder.getFileName().toString().startsWith(only))
        .map(folder -> DynamicTest.dynamicTest(folder.getFileName().toString(), () -> run(folder)));
  }

  private static void run(Path folder) {
    Case c = Case.of(folder);
    try (Pretrained model = c.model()) {
      assertTrue(model.report().isClean(), () -> c.name() + ": " + model.report());
      results(c);
      if (c.json().has("loss")) {
        gradients(c);
      }
      if (c.json().has("generate")) {
        generate(c);
      }
    }
  }

  private static void results(Case c) {
    Map<String, Tensor> results = c.model().predict(c.inputs());
    for (JsonNode output : c.json().get("outputs")) {
      String name = output.asString();
      Tensor actual = results.get(name);
      assertTrue(
          actual != null, () -> c.name() + ": no result " + name + " in " + results.keySet());
      Golden.assertClose(
          c.name() + " " + name, c.tensor("out/" + name), actual, RELATIVE, ABSOLUTE);
    }
  }

  private static void gradients(Case c) {
    Map<String, Tensor> inputs = c.inputs();
    Net net = c.model().net(inputs.keySet().toArray(new String[0]));
    GraphBuilder b = new GraphBuilder("gradients");
    List<Type.OfTensor> types = new ArrayList<>();
    for (Input input : net.inputs()) {
      types.add(c.tensor("in/" + input.name()).type());
    }
    Map<String, Tensor> values = new HashMap<>(inputs);
    NetGraph graph =
        net.write(
            b,
            types,
            false,
            p -> {
              values.put(p.name(), net.weight(p.name()));
              return b.input(p.name(), net.weight(p.name()).type());
            },
            () -> b.constant(Tensor.vector(0, 0)));
    List<Flow> targets = new ArrayList<>();
    for (Input target : c.model().objective().targets(graph.outputs())) {
      Tensor label = c.tensor("in/" + target.name());
      values.put(target.name(), label);
      targets.add(graph.outputs().get(0).with(b.input(target.name(), label.type())));
    }
    Flow loss = c.model().objective().value(graph.outputs(), targets, Optional.empty());
    b.output("loss", loss.value());
    List<String> names =
        net.parameters().stream().filter(p -> !p.buffer()).map(Parameter::name).toList();
    List<Value> wrt = names.stream().map(name -> graph.parameters().get(name)).toList();
    List<Value> found = Gradients.of(b, loss.value(), wrt);
    for (int i = 0; i < names.size(); i++) {
      b.output("grad/" + names.get(i), found.get(i));
    }
    try (Session session = new Model(b.build(), Map.of(), Map.of()).compile();
        Outputs outputs = session.run(values)) {
      assertClose(
          c.name() + " loss", c.json().get("loss").asDouble(), outputs.get("loss").getDouble(0));
      c.json()
          .get("grad_norms")
          .properties()
          .forEach(
              entry -> {
                String key = entry.getKey();
                JsonNode norm = entry.getValue();
                Tensor gradient = outputs.get("grad/" + c.model().parameterName(key));
                double sum = 0;
                for (double g : gradient.toDoubles()) {
                  sum += g * g;
                }
                assertClose(
                    c.name() + " norm of the gradient of " + key, norm.asDouble(), Math.sqrt(sum));
              });
      c.tensors()
          .forEach(
              (key, expected) -> {
                if (key.startsWith("grad/")) {
                  String name = c.model().parameterName(key.substring("grad/".length()));
                  Golden.assertClose(
                      c.name() + " " + key,
                      expected,
                      outputs.get("grad/" + name),
                      RELATIVE,
                      ABSOLUTE);
                }
              });
    }
  }

  private static void assertClose(String what, double expected, double actual) {
    assertEquals(expected, actual, ABSOLUTE + RELATIVE * Math.abs(expected), what);
  }

  private static void generate(Case c) {
    JsonNode options = c.json().get("generate");
    Tensor expected = c.tensor("out/generated");
    JsonNode end = options.get("eos_token_id");
    Generation generation =
        Generation.greedy(options.get("max_new_tokens").asInt())
            .endingWith(end == null || end.isNull() ? new long[0] : new long[] {end.asLong()});
    Map<String, Tensor> inputs = c.inputs();
    // Those are for one pass: what was generated begins anew.
    inputs.remove("decoder_input_ids");
    Tensor actual = generation.run(c.model(), inputs);
    assertEquals(expected.shape(), actual.shape(), c.name() + " generated");
    assertArrayEquals(expected.toLongs(), actual.toLongs(), c.name() + " generated");
  }
}
