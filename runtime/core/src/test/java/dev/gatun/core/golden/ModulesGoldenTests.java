package dev.gatun.core.golden;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every building block of {@code modules.json}, written with ordinary operators: outputs and
 * gradients, second derivatives among them, are PyTorch's.
 */
class ModulesGoldenTests {
  private static List<GoldenCase> cases() throws IOException {
    Optional<GoldenFile> file = GoldenFile.open("modules");
    Assumptions.assumeTrue(
        file.isPresent(), "no reference values: set gatun.golden to their directory");
    List<GoldenCase> cases = file.orElseThrow().cases();
    assertTrue(!cases.isEmpty(), "modules.json has no cases");
    return cases;
  }

  /** The case's name, without the number that other files may add. */
  private static String module(GoldenCase c) {
    return c.name().replaceAll("\\.[0-9]+$", "");
  }

  @TestFactory
  Stream<DynamicTest> forward() throws IOException {
    Map<String, GoldenOps.Builder> builders = GoldenModules.all();
    return cases().stream()
        .map(
            c ->
                DynamicTest.dynamicTest(
                    c.name(), () -> OpsGoldenTests.check(c, builders.get(module(c)))));
  }

  @TestFactory
  Stream<DynamicTest> gradients() throws IOException {
    Map<String, GoldenOps.Builder> builders = GoldenModules.all();
    return cases().stream()
        .filter(c -> !c.names("grads").isEmpty())
        .map(
            c ->
                DynamicTest.dynamicTest(
                    c.name(), () -> GoldenGradients.check(c, builders.get(module(c)))));
  }
}
