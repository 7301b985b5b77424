package dev.gatun.core.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.Value;
import dev.gatun.core.pass.Rewriter;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.kernels.Memory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Constants that end where their file's last page ends: a kernel, or the packing of a weight, that
 * reads a whole vector past the end of a row meets memory that is not there, which is an error or
 * the end of the process.
 */
@EnabledOnOs(OS.LINUX)
class MappedConstantTests {
  /** A multiple of every page size. */
  private static final long PAGES = 64 << 10;

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  Path directory;

  private int files;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: f32[3, 37], b: f32[37] | add(a, b)",
        "a: f32[3, 37], b: f32[3, 37] | mul(a, b)",
        "a: f32[3, 37], b: f32[3, 1] | mul(a, b)",
        "a: f32[3, 37], b: f32[] | div(a, b)",
        "a: f32[3, 37], b: f32[37] | prelu(a, b)",
        "a: i64[3, 5], b: i64[5] | add(a, b)",
        "a: u8[3, 7], b: u8[7] | max(a, b)",
        "a: f16[3, 7], b: f16[7] | sub(a, b)",
        "a: f32[3, 37], b: f32[37, 65] | matmul(a, b)",
        "a: f32[1, 37], b: f32[37, 65] | matmul(a, b)",
        "a: f32[1, 37], b: f32[65, 37] | matmul(a, b) {transposeB = true}",
        "a: f32[40, 19], b: f32[33, 19] | matmul(a, b) {transposeB = true}",
        "a: f32[19, 40], b: f32[19, 33] | matmul(a, b) {transposeA = true}",
        "a: f32[3, 5, 7], b: f32[3, 7, 9] | matmul(a, b)",
        "a: f32[3, 5, 7], b: f32[3, 9, 7] | matmul(a, b) {transposeB = true}",
        "a: f32[7], b: f32[7] | matmul(a, b)",
        "a: f32[2, 3, 11, 9], b: f32[5, 3, 3, 3], c: f32[5] | conv(a, b, c) {pads = [1, 1, 1, 1]}",
        "a: f32[1, 12, 9, 9], b: f32[12, 1, 3, 3], c: f32[12]"
            + " | conv(a, b, c) {groups = 12, pads = [1, 1, 1, 1]}",
        "a: f32[1, 8, 7, 7], b: f32[20, 8, 1, 1], c: f32[20] | conv(a, b, c)",
        "a: f32[1, 6, 9, 9], b: f32[9, 2, 3, 2], c: f32[9] | conv(a, b, c) {groups = 3}",
        "a: f32[1, 9, 9, 6], b: f32[9, 6, 3, 3] | conv(a, b) {layout = \"NHWC\"}",
        "a: f32[1, 6, 5, 5], b: f32[6, 9, 2, 2], c: f32[9] | convTranspose(a, b, c)",
        "a: f32[3, 37], b: f32[37], c: f32[37] | layerNorm(a, b, c)",
        "a: f32[3, 37], b: f32[37] | rmsNorm(a, b)",
        "a: f32[2, 6, 5, 3], b: f32[6], c: f32[6] | groupNorm(a, b, c) {groups = 2}",
        "a: f32[2, 3, 5, 3], b: f32[3], c: f32[3] | instanceNorm(a, b, c)",
        "a: f32[5, 67], b: i64[2, 3] | gather(a, b)",
        "a: u8[5, 67], b: i32[7] | gather(a, b) {axis = 1}",
        "a: f32[4, 5, 3], b: i64[4, 2, 3] | gatherElements(a, b) {axis = 1}",
        "a: f32[3, 4, 17], b: i64[6, 2] | gatherNd(a, b)",
        "a: f32[3, 37], b: i64[7, 1], c: f32[7, 37] | scatterNd(a, b, c)",
        "a: f32[3, 37], b: f32[2, 37] | concat(a, b) {axis = 0}",
        "a: bool[3, 4], b: bool[3, 2] | concat(a, b) {axis = -1}",
        "a: bool[7], b: f32[3, 7], c: f32[7] | where(a, b, c)"
      })
  void nothingIsReadPastTheLastPage(String text) throws IOException {
    String[] parts = text.split(" \\| ", -1);
    Graph graph = Agreement.parse("graph g(" + parts[0] + ") { y = " + parts[1] + " return y }");
    Random random = new Random(text.hashCode());
    for (int free = 0; free < graph.inputs().size(); free++) {
      run(graph, free, random);
    }
  }

  /** The error is the JDK's: without it the test above would prove nothing. */
  @Test
  void memoryBehindTheLastPageCannotBeRead() throws IOException {
    MemorySegment last = atTheEnd(Tensor.of(new float[] {1, 2, 3}, 3)).data();
    assertEquals(3f, last.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, 2));
    assertThrows(
        InternalError.class,
        () -> Memory.ALL.get(ValueLayout.JAVA_BYTE, last.address() + last.byteSize()));
  }

  /** Runs with all inputs but one as constants. */
  private void run(Graph graph, int free, Random random) throws IOException {
    List<Datum> plain = new ArrayList<>();
    List<Value> values = new ArrayList<>();
    GraphBuilder b = new GraphBuilder("mapped");
    for (int i = 0; i < graph.inputs().size(); i++) {
      Value input = graph.inputs().get(i);
      Tensor tensor = Agreement.random(input.tensorType(), random);
      plain.add(tensor);
      values.add(
          i == free
              ? b.input(input.name(), input.type())
              : b.constant(input.name(), atTheEnd(tensor)));
    }
    List<Value> results =
        Rewriter.inline(graph, values, (node, inputs, builder) -> Optional.empty(), b);
    b.output("y", results.get(0));
    List<Datum> expected = new Interpreter().run(graph, plain);
    Map<String, Datum> inputs = new LinkedHashMap<>();
    inputs.put(graph.inputs().get(free).name(), plain.get(free));
    try (Session session = new Session(b.build(), Map.of(), Agreement.options())) {
      Agreement.assertClose("y", expected.get(0), session.run(inputs).datum("y"), 2e-5);
    }
  }

  /** The tensor in a mapped file that was cut behind it: what follows cannot be read. */
  private Tensor atTheEnd(Tensor tensor) throws IOException {
    try (FileChannel file =
        FileChannel.open(
            directory.resolve("weights" + files++),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      MemorySegment all = file.map(FileChannel.MapMode.READ_WRITE, 0, 2 * PAGES, Arena.ofAuto());
      MemorySegment last = all.asSlice(PAGES - tensor.bytes(), tensor.bytes());
      tensor.copyTo(last);
      file.truncate(PAGES);
      assertEquals(PAGES, file.size());
      return Tensor.wrap(tensor.dtype(), tensor.shape(), last);
    }
  }
}
