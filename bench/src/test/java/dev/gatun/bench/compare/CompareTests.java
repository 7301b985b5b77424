package dev.gatun.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

@Tag("slow")
class CompareTests {
  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  Path directory;

  private final StringWriter out = new StringWriter();

  private int compare(String... args) {
    CommandLine line = Compare.commandLine();
    line.setOut(new PrintWriter(out)).setErr(new PrintWriter(out));
    return line.execute(args);
  }

  @Test
  void measuresBothEnginesAndChecksTheirOutputs() throws IOException {
    Path model = TinyModel.write(directory.resolve("tiny.onnx"));
    Path json = directory.resolve("result.json");
    int code =
        compare(
            model.toString(),
            "--threads=1",
            "--rounds=2",
            "--seconds=0.01",
            "--warmup=0.01",
            "--cold=1",
            "--work=" + directory,
            "--json=" + json);
    assertEquals(0, code, out.toString());
    assertTrue(out.toString().contains("agree ("), out.toString());
    String last = out.toString().strip().lines().reduce((a, b) -> b).orElseThrow();
    assertTrue(last.startsWith("geometric mean of 1 ratios, 1 thread: "), last);
    JsonNode result = new ObjectMapper().readTree(Files.readString(json)).get("results").get(0);
    assertEquals("tiny", result.get("model").asString());
    assertEquals(1, result.get("threads").asInt());
    assertEquals(2, result.get("ratios").size());
    // 2 * 4 * 24 * 8 of the product; relu may count as one more an element.
    assertEquals(1552e-9, result.get("gflop").asDouble(), 20e-9);
    for (String field :
        new String[] {"gatun_ms", "peer_ms", "ratio", "gatun_cold_ms", "peer_cold_ms"}) {
      assertTrue(result.get(field).asDouble() > 0, field);
    }
  }

  @Test
  void modelThatCannotBeReadIsReported() throws IOException {
    Path broken = Files.writeString(directory.resolve("broken.onnx"), "no model");
    assertEquals(1, compare(broken.toString(), "--work=" + directory));
    assertTrue(out.toString().contains("broken.onnx"), out.toString());
  }

  @Test
  void badArgumentsAreRefused() {
    assertTrue(compare("missing.onnx") != 0);
    assertTrue(out.toString().contains("missing.onnx: no such file"), out.toString());
    assertTrue(compare() != 0);
  }
}
