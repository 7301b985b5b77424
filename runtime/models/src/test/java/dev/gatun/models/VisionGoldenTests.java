package dev.gatun.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.core.autodiff.Gradients;
import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.formats.Safetensors;
import dev.gatun.models.family.Config;
import dev.gatun.train.net.Flow;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Networks of full size whose weights follow from their names: results and the norm of each
 * parameter's gradient are those of torchvision.
 */
@Tag("slow")
class VisionGoldenTests {
  private static final double TOLERANCE = 2e-3;
  private static final double GAIN = 2;

  @TestFactory
  Stream<DynamicTest> networks() {
    Path json = Golden.directory().resolve("vision.json");
    assumeTrue(Files.exists(json), "no reference values: set gatun.golden to their directory");
    Map<String, Tensor> tensors =
        Safetensors.read(Golden.directory().resolve("vision.safetensors")).tensors();
    JsonNode cases = JsonMapper.shared().readTree(json.toFile());
    String only = System.getProperty("gatun.golden.only", "");
    return IntStream.range(0, cases.size())
        .mapToObj(cases::get)
        .filter(c -> c.get("model").asString().startsWith(only))
        .map(c -> DynamicTest.dynamicTest(c.get("model").asString(), () -> run(c, tensors)));
  }

  private static long[] sizes(JsonNode list) {
    return IntStream.range(0, list.size()).mapToLong(i -> list.get(i).asLong()).toArray();
  }

  private static void run(JsonNode c, Map<String, Tensor> tensors) {
    String name = c.get("model").asString();
    Matcher rule =
        Pattern.compile("uniform\\((-?[\\d.]+),(-?[\\d.]+)\\) named '(.*)/x'")
            .matcher(c.get("input_rule").asString());
    assertTrue(rule.matches(), "unknown rule " + c.get("input_rule"));
    double low = Double.parseDouble(rule.group(1));
    double high = Double.parseDouble(rule.group(2));
    String prefix = rule.group(3);
    Tensor x = NamedTensors.uniform(prefix + "/x", Shape.of(sizes(c.get("input"))), low, high);
    Shape output = Shape.of(sizes(c.get("output")));
    Config config =
        Pretrained.torchvision(name)
            .withLabels(
                IntStream.range(0, Math.toIntExact(output.size(1)))
                    .mapToObj(Integer::toString)
                    .toList());
    Pretrained model = Pretrained.initialized(config, p -> NamedTensors.parameter(p, GAIN));
    assertEquals(c.get("params").asLong(), model.parameterCount(), name + " parameters");

    Net net = model.net();
    GraphBuilder b = new GraphBuilder(name);
    Map<String, Tensor> values = new HashMap<>();
    NetGraph graph =
        net.write(
            b,
            List.of(x.type()),
            false,
            p -> {
              values.put(p.name(), net.weight(p.name()));
              return b.input(p.name(), net.weight(p.name()).type());
            },
            () -> b.constant(Tensor.vector(0, 0)));
    values.put(net.inputs().get(0).name(), x);
    Flow y = graph.outputs().get(0);
    b.output("y", y.value());
    List<String> names = new ArrayList<>();
    List<Value> wrt = new ArrayList<>();
    for (Parameter p : net.parameters()) {
      Value value = graph.parameters().get(p.name());
      if (!p.buffer() && value != null) {
        names.add(p.name());
        wrt.add(value);
      }
    }
    // Large gradients stay inside; what comes out is their norms.
    values.put("dy", NamedTensors.uniform(prefix + "/dy", output, -1, 1));
    Value dy = b.input("dy", Type.tensor(y.dtype(), output));
    List<Value> gradients = Gradients.of(b, List.of(y.value()), List.of(dy), wrt);
    for (int i = 0; i < names.size(); i++) {
      Flow norm = y.with(gradients.get(i)).square().sum().sqrt();
      b.output("norm/" + names.get(i), norm.value());
    }
    try (Session session = new Model(b.build(), Map.of(), Map.of()).compile();
        Outputs outputs = session.run(values)) {
      compare(name, tensors, c.get("subsampled").asBoolean(), outputs.get("y"));
      for (Map.Entry<String, JsonNode> entry : c.get("grad_norms").properties()) {
        double expected = entry.getValue().asDouble();
        double actual = outputs.get("norm/" + model.parameterName(entry.getKey())).getDouble(0);
        assertEquals(
            expected,
            actual,
            1e-4 + TOLERANCE * Math.abs(expected),
            name + " norm of the gradient of " + entry.getKey());
      }
    }
  }

  private static void compare(
      String name, Map<String, Tensor> tensors, boolean subsampled, Tensor actual) {
    Map<String, Tensor> found = new LinkedHashMap<>();
    tensors.forEach(
        (key, value) -> {
          if (List.of(key.split("/")).contains(name)) {
            found.put(key, value);
          }
        });
    assertEquals(1, found.size(), () -> name + ": expected one result, there are " + found);
    Tensor expected = found.values().iterator().next();
    double[] wanted = expected.toDoubles();
    double[] all = actual.toDoubles();
    double largest = 0;
    for (double w : wanted) {
      largest = Math.max(largest, Math.abs(w));
    }
    if (subsampled) {
      all = every8th(all, actual.shape());
    }
    assertEquals(wanted.length, all.length, name + " elements");
    for (int i = 0; i < wanted.length; i++) {
      assertEquals(wanted[i], all[i], TOLERANCE * largest, name + " element " + i);
    }
  }

  private static double[] every8th(double[] values, Shape shape) {
    int width = Math.toIntExact(shape.size(-1));
    int height = Math.toIntExact(shape.size(-2));
    return IntStream.range(0, values.length)
        .filter(i -> i % width % 8 == 0 && i / width % height % 8 == 0)
        .mapToDouble(i -> values[i])
        .toArray();
  }
}
