package dev.gatun.formats.onnx.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.formats.onnx.TestedOptions;
import dev.gatun.formats.onnx.conformance.TestResult.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs the ONNX backend tests that lie beside the repository; skipped where they do not. */
class ConformanceTests {
  private static final int ACHIEVED = 1110;

  /** Of the tests of single operators, sessions run one in so many. */
  private static final int SAMPLED = 3;

  @Test
  void backendTestsPassAndNoneHangs() throws IOException {
    Path directory = Suite.unpacked();

    // The large networks of the light tests belong to the compiled sessions' test.
    List<TestResult> results = new ArrayList<>();
    ConformanceSuite suite =
        new ConformanceSuite(ModelRunner.REFERENCE, Tolerance.DEFAULT, Duration.ofSeconds(30));
    for (String part :
        List.of(
            "node", "node-gen", "pytorch-converted", "pytorch-operator", "simple", "simple-gen")) {
      results.addAll(suite.run(directory.resolve(part), result -> {}));
    }

    long passed = results.stream().filter(r -> r.status() == Status.PASSED).count();
    StringBuilder rest = new StringBuilder();
    results.stream()
        .filter(r -> r.status() != Status.PASSED)
        .forEach(r -> rest.append(r).append('\n'));
    Files.writeString(Path.of("target", "conformance-rest.txt"), rest);
    assertTrue(passed >= ACHIEVED, () -> passed + " of " + results.size() + " passed\n" + rest);
    assertTrue(
        results.stream().noneMatch(r -> r.reason().contains("takes longer")), rest::toString);
  }

  /** Whatever the interpreter passes, compiled sessions must pass. */
  @Test
  void sessionsPassWhatTheInterpreterPasses() throws IOException {
    Path directory = Suite.unpacked();
    ConformanceSuite sessions = ConformanceSuite.compiled(TestedOptions.get());
    ConformanceSuite interpreter = ConformanceSuite.reference();
    List<TestResult> broken = new ArrayList<>();
    int passed = 0;
    for (Path test : Suite.sample(directory, SAMPLED)) {
      for (TestResult result : sessions.run(test, r -> {})) {
        if (result.status() == Status.PASSED) {
          passed++;
        } else if (interpreter.run(test, r -> {}).stream()
            .anyMatch(r -> r.name().equals(result.name()) && r.status() == Status.PASSED)) {
          broken.add(result);
        }
      }
    }
    assertEquals(List.of(), broken);
    assertTrue(passed > ACHIEVED / SAMPLED / 2, "only " + passed + " tests passed");
  }
}
