package dev.gatun.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.GraphParser;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.op.Ops;
import dev.gatun.core.pass.Passes;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChoicesTests {
  @TempDir Path directory;

  /** One fused node: a product and what follows it. */
  private static Node node(String name, int rows, boolean transposed, boolean relu) {
    String text =
        "graph g(%1$sx: f32[%2$d, 7], %1$sw: f32[7, 7]) { %1$sv = matmul(%1$sx, %1$sw) {transposeB = %3$s}"
            + (relu ? " %1$sy = relu(%1$sv) return %1$sy }" : " return %1$sv }");
    Graph graph =
        new GraphParser(Ops.ALL).parse(String.format(Locale.ROOT, text, name, rows, transposed));
    Graph ready = Passes.apply(graph, graph.inputs().stream().map(Value::type).toList(), Set.of());
    assertEquals(1, ready.nodes().size());
    return ready.nodes().get(0);
  }

  @Test
  void nodesAreKnownByWhatTheyDo() {
    Choices choices = new Choices();
    choices.put(node("a", 5, false, true), Backend.ONEDNN);
    assertEquals(Optional.of(Backend.ONEDNN), choices.of(node("b", 5, false, true)));
    assertEquals(Optional.empty(), choices.of(node("a", 6, false, true)));
    assertEquals(Optional.empty(), choices.of(node("a", 5, true, true)));
    assertEquals(Optional.empty(), choices.of(node("a", 5, false, false)));
  }

  @Test
  void constantsCountAsSuchButNotTheirValues() {
    assertEquals(describe(1, true), describe(2, true));
    assertNotEquals(describe(1, true), describe(1, false));
  }

  private static String describe(float value, boolean constant) {
    GraphBuilder b = new GraphBuilder("g");
    Value x = b.input("x", Type.tensor(DType.F32, Shape.of(2, 1)));
    Value w =
        constant
            ? b.constant("w", Tensor.of(new float[] {value}, 1, 1))
            : b.input("w", Type.tensor(DType.F32, Shape.of(1, 1)));
    b.output("y", b.add(Matmul.OP, x, w));
    return Choices.describe(b.build().nodes().get(0));
  }

  @Test
  void theFileGivesBackWhatWasWritten() throws IOException {
    Path file = directory.resolve("some").resolve("choices.tsv");
    Choices choices = new Choices();
    choices.put(node("a", 5, false, true), Backend.ONEDNN);
    choices.put(node("a", 9, false, true), Backend.VECTOR);
    choices.write(file);
    Choices read = new Choices();
    read.read(file);
    assertEquals(Optional.of(Backend.ONEDNN), read.of(node("c", 5, false, true)));
    assertEquals(Optional.of(Backend.VECTOR), read.of(node("c", 9, false, true)));
    try (var files = Files.list(file.getParent())) {
      assertEquals(List.of(file), files.toList());
    }
    new Choices().read(directory.resolve("missing"));
  }

  @Test
  void aDamagedFileIsNamedWithTheLine() throws IOException {
    Path file = directory.resolve("choices.tsv");
    for (String bad : List.of("onednn", "fastest\tmatmul", "\u0000\u0001")) {
      Files.writeString(file, "vector\tmatmul\n" + bad + "\n");
      GatunException e = assertThrows(GatunException.class, () -> new Choices().read(file));
      assertTrue(String.valueOf(e.getMessage()).contains(file + ", line 2"), e.getMessage());
    }
  }

  @Test
  void aFileThatCannotBeWrittenIsNamed() throws IOException {
    Path occupied = Files.writeString(directory.resolve("occupied"), "");
    GatunException e =
        assertThrows(
            GatunException.class, () -> new Choices().write(occupied.resolve("choices.tsv")));
    assertTrue(
        String.valueOf(e.getMessage()).contains("choices.tsv cannot be written"), e.getMessage());
  }
}
