package dev.gatun.core.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.pass.Rewriter;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Sessions leave nothing behind, and several threads may run one. */
@Timeout(120)
class SessionLifeTests {
  private static final int SIZE = 512;
  private static final int SESSIONS = 50;

  /** A session packs 2 MB of weights: 50 sessions that kept theirs would hold 100 MB. */
  private static final long TOLERANCE = 32L << 20;

  private static Graph layers(Random random) {
    Graph shape =
        Agreement.parse(
            "graph g(x: f32[?, 512], a: f32[512, 512], b: f32[512, 512]) {"
                + " p = matmul(x, a) r = relu(p) q = matmul(r, b) s = softmax(q) return s }");
    var builder = new GraphBuilder("layers");
    var x = builder.input("x", shape.inputs().get(0).type());
    var a = builder.constant(Agreement.random(Type.tensor(DType.F32, SIZE, SIZE), random));
    var b = builder.constant(Agreement.random(Type.tensor(DType.F32, SIZE, SIZE), random));
    builder.output(
        "s",
        Rewriter.inline(shape, List.of(x, a, b), (n, i, g) -> Optional.empty(), builder).get(0));
    return builder.build();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void memoryAndThreadsAreGivenBack() throws IOException {
    Random random = new Random(3);
    Graph graph = layers(random);
    Tensor x = Agreement.random(Type.tensor(DType.F32, 9, SIZE), random);
    Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
    // The JIT works on what a session does for the first twenty or so.
    for (int i = 0; i < 40; i++) {
      openRunClose(graph, x);
    }
    long settled = residentBytes();
    for (int i = 0; i < SESSIONS; i++) {
      openRunClose(graph, x);
    }
    long grown = residentBytes() - settled;
    assertTrue(grown < TOLERANCE, () -> "resident memory grew by " + grown + " bytes");
    Set<Thread> left = new HashSet<>(Thread.getAllStackTraces().keySet());
    left.removeAll(before);
    assertTrue(left.stream().noneMatch(t -> t.getName().startsWith("gatun-team-")), left::toString);
  }

  private static void openRunClose(Graph graph, Tensor x) {
    try (Session session = new Session(graph, Map.of(), Agreement.options())) {
      assertEquals(9L * SIZE, session.run("x", x).get("s").elements());
    }
  }

  private static long residentBytes() throws IOException {
    System.gc(); // garbage of the heap is not what this looks for
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    throw new IOException("/proc/self/status has no line VmRSS");
  }

  /** More callers than runs may be under way, with inputs of several shapes. */
  @Test
  void severalThreadsRunOneSession() throws InterruptedException {
    Random random = new Random(5);
    Graph graph = layers(random);
    List<Tensor> inputs = new ArrayList<>();
    List<Datum> expected = new ArrayList<>();
    for (int rows : new int[] {1, 3, 3, 8}) {
      Tensor x = Agreement.random(Type.tensor(DType.F32, rows, SIZE), random);
      inputs.add(x);
      expected.addAll(new Interpreter().run(graph, List.of(x)));
    }
    AtomicReference<Throwable> failure = new AtomicReference<>();
    try (Session session = new Session(graph, Map.of(), Agreement.options().concurrency(2))) {
      List<Thread> callers = new ArrayList<>();
      for (int c = 0; c < 5; c++) {
        int first = c;
        Thread caller =
            new Thread(
                () -> {
                  for (int i = 0; i < 40; i++) {
                    int at = (first + i) % inputs.size();
                    Tensor found = session.run("x", inputs.get(at)).get("s");
                    Agreement.assertClose("s", expected.get(at), found, 1e-4);
                  }
                });
        caller.setUncaughtExceptionHandler((thread, thrown) -> failure.set(thrown));
        callers.add(caller);
        caller.start();
      }
      for (Thread caller : callers) {
        caller.join();
      }
    }
    assertNull(failure.get());
  }
}
