package dev.gatun.core.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.plan.Backend;
import dev.gatun.ffi.NativeLibraryException;
import dev.gatun.ffi.OneDnn;
import dev.gatun.ffi.OpenBlas;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which kernels run with which backend, that they agree with the reference, on 1 to 4 threads. */
class NativePlanTests {
  /**
   * Runs with the backend; skipped with the places that were searched if its library is missing.
   */
  private static Explanation check(String text, Backend backend, int threads, double tolerance) {
    var probe = backend == Backend.OPENBLAS ? OpenBlas.find() : OneDnn.find();
    assumeTrue(probe.library().isPresent() || backend == Backend.VECTOR, () -> probe.toString());
    return Agreement.check(
        Agreement.parse(text), tolerance, SessionOptions.DEFAULT.backend(backend).threads(threads));
  }

  private static void assertKernels(String expected, Explanation plan) {
    assertEquals(
        expected,
        String.join(" ", plan.steps().stream().map(Explanation.Step::kernel).toList()),
        plan.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "AUTO, matmul/vector/f32",
    "VECTOR, matmul/vector/f32",
    "ONEDNN, matmul/onednn/f32",
    "OPENBLAS, matmul/openblas/f32",
    "REFERENCE, reference"
  })
  void theBackendDecidesWhoMultiplies(Backend backend, String kernel) {
    Explanation plan =
        check(
            "graph g(a: f32[33, 40], b: f32[40, 65]) { y = matmul(a, b) return y }",
            backend,
            2,
            2e-5);
    assertKernels(kernel, plan);
  }

  static Stream<String> products() {
    return Stream.of(
        "graph g(a: f32[70, 33], b: f32[33, 70]) { y = matmul(a, b) return y }",
        "graph g(a: f32[33, 300], b: f32[290, 33])"
            + " { y = matmul(a, b) {transposeA = true, transposeB = true} return y }",
        "graph g(a: f32[1, 500], b: f32[500, 999]) { y = matmul(a, b) return y }",
        "graph g(a: f32[300, 100], b: f32[100, 100]) { y = matmul(a, b) return y }",
        "graph g(a: f32[12, 40, 16], b: f32[12, 16, 50]) { y = matmul(a, b) return y }",
        "graph g(a: f32[12, 90, 64], b: f32[64, 90]) { y = matmul(a, b) {transposeB = false} return y }",
        "graph g(a: f32[90, 64], b: f32[12, 90, 64]) { y = matmul(a, b) {transposeB = true} return y }",
        "graph g(a: f32[2, 1, 80, 64], b: f32[3, 64, 90]) { y = matmul(a, b) return y }",
        "graph g(a: f32[2, 150, 64], b: f32[2, 64, 150]) { y = matmul(a, b) return y }");
  }

  @ParameterizedTest
  @MethodSource("products")
  void productsAgree(String text) {
    for (int threads : new int[] {1, 2, 4}) {
      assertKernels("matmul/onednn/f32", check(text, Backend.ONEDNN, threads, 2e-5));
      assertKernels("matmul/openblas/f32", check(text, Backend.OPENBLAS, threads, 2e-5));
    }
  }

  /** Constants are packed; k and n are not multiples of a panel. */
  @ParameterizedTest
  @CsvSource({"5, 16, 32", "5, 19, 33", "200, 100, 70", "1, 130, 1000"})
  void constantWeightsArePacked(int m, int k, int n) {
    StringBuilder w = new StringBuilder();
    for (int i = 0; i < k * n; i++) {
      w.append(i == 0 ? "" : ", ").append((i * 7 % 19 - 9) / 8.0);
    }
    for (boolean turned : new boolean[] {false, true}) {
      String text =
          "graph g(a: f32["
              + m
              + ", "
              + k
              + "]) { w = f32"
              + (turned ? "[" + n + ", " + k : "[" + k + ", " + n)
              + "]{"
              + w
              + "} y = matmul(a, w) {transposeB = "
              + turned
              + "} return y }";
      for (int threads : new int[] {1, 4}) {
        Explanation plan = check(text, Backend.ONEDNN, threads, 2e-5);
        assertKernels("matmul/onednn/f32", plan);
        assertTrue(plan.steps().get(0).note().startsWith("packed"), plan.toString());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "relu(y)",
        "leakyRelu(y) {alpha = 0.2}",
        "clip(y) {min = -0.5, max = 0.7}",
        "gelu(y)",
        "gelu(y) {approximate = \"tanh\"}",
        "silu(y)",
        "swish(y) {beta = 1.5}",
        "sigmoid(y)",
        "tanh(y)",
        "hardSigmoid(y)",
        "hardSwish(y)",
        "elu(y) {alpha = 0.7}",
        "mish(y)",
        "abs(y)",
        "square(y)",
        "add(more, y)",
        "sub(y, more)",
        "sub(more, y)",
        "mul(y, column)",
        "div(y, more)",
        "max(y, column)",
        "min(y, more)",
        "mul(y, row)",
        "sin(y)"
      })
  void whatFollowsAProductIsFused(String after) {
    String text =
        "graph g(a: f32[37, 21], b: f32[21, 53], bias: f32[53], more: f32[37, 53], column: f32[53],"
            + " row: f32[37, 1]) { x = matmul(a, b) y = add(x, bias) z = "
            + after
            + " return z }";
    assertKernels("matmul/onednn/f32", check(text, Backend.ONEDNN, 2, 5e-5));
    assertKernels("matmul/openblas/f32", check(text, Backend.OPENBLAS, 2, 5e-5));
  }

  @Test
  void scalarsAndLongChainsAreFused() {
    String text =
        """
        graph g(a: f32[2, 37, 21], b: f32[2, 21, 53], more: f32[2, 37, 53], row: f32[2, 37, 1]) {
          h = f32[1]{0.5}
          x = matmul(a, b)
          y = mul(x, h)
          z = sub(h, y)
          r = relu(z)
          s = add(r, more)
          t = mul(s, row)
          u = silu(t)
          return u
        }
        """;
    assertKernels("matmul/onednn/f32", check(text, Backend.ONEDNN, 4, 2e-5));
    assertKernels("matmul/openblas/f32", check(text, Backend.OPENBLAS, 4, 2e-5));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x: f32[2, 3, 31, 29], w: f32[40, 3, 3, 3], b: f32[40] | {pads = [1, 1, 1, 1]}",
        "x: f32[1, 16, 33, 20], w: f32[48, 16, 3, 3], b: f32[48] | {pads = [1, 0, 2, 1], strides = [2, 2]}",
        "x: f32[1, 8, 27, 27], w: f32[20, 8, 1, 1], b: f32[20] | {strides = [2, 2]}",
        "x: f32[1, 32, 40, 40], w: f32[32, 1, 5, 5], b: f32[32] | {groups = 32, pads = [2, 2, 2, 2]}",
        "x: f32[1, 12, 30, 30], w: f32[18, 4, 3, 2], b: f32[18] | {groups = 3, dilations = [2, 1]}",
        "x: f32[5, 4, 333], w: f32[27, 4, 5], b: f32[27] | {pads = [2, 1], strides = [2]}",
        "x: f32[1, 4, 12, 16, 17], w: f32[13, 4, 2, 3, 1], b: f32[13] | {pads = [0, 1, 0, 1, 0, 0]}"
      })
  void convolutionsAgree(String text) {
    String[] parts = text.split("\\|", -1);
    for (int threads : new int[] {1, 4}) {
      Explanation plan =
          check(
              "graph g("
                  + parts[0]
                  + ") { y = conv(x, w, b)"
                  + parts[1]
                  + " z = silu(y) return z }",
              Backend.ONEDNN,
              threads,
              5e-5);
      assertTrue(
          plan.steps().stream().anyMatch(s -> s.kernel().equals("conv/onednn/f32")),
          plan.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x: f32[1, 16, 33, 20], w: f32[16, 24, 3, 3], b: f32[24] | {pads = [1, 0, 2, 1], strides = [2, 2]}",
        "x: f32[1, 16, 33, 20], w: f32[16, 24, 2, 2], b: f32[24] | {strides = [2, 2]}",
        "x: f32[3, 16, 15, 15], w: f32[16, 9, 4, 3], b: f32[9] | {pads = [1, 1, 1, 1]}",
        "x: f32[1, 8, 30], w: f32[8, 2, 5], b: f32[4] | {groups = 2, strides = [2], outputPadding = [1]}"
      })
  void transposedConvolutionsAgree(String text) {
    String[] parts = text.split("\\|", -1);
    for (int threads : new int[] {1, 4}) {
      Explanation plan =
          check(
              "graph g("
                  + parts[0]
                  + ") { y = convTranspose(x, w, b)"
                  + parts[1]
                  + " z = relu(y) return z }",
              Backend.ONEDNN,
              threads,
              5e-5);
      assertTrue(
          plan.steps().stream().anyMatch(s -> s.kernel().equals("convTranspose/onednn/f32")),
          plan.toString());
    }
  }

  @Test
  void aBlockWithConstantWeightsIsFused() {
    String text =
        """
        graph g(x: f32[1, 20, 20, 16]) {
          w = f32[16, 16, 3, 3]{%s}
          y = conv(x, w) {pads = [1, 1, 1, 1], layout = "NHWC"}
          z = add(y, x)
          r = relu(z)
          s = conv(r, w) {pads = [1, 1, 1, 1], layout = "NHWC"}
          t = sin(s)
          return t
        }
        """
            .formatted(numbers(16 * 16 * 9));
    for (int threads : new int[] {1, 4}) {
      assertKernels("conv/onednn/f32 conv/onednn/f32", check(text, Backend.ONEDNN, threads, 5e-5));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "maxPool(x) {kernel = [3, 2], strides = [2, 1], pads = [1, 0, 1, 1], layout = \"NHWC\"}",
        "averagePool(x) {kernel = [3, 3], pads = [1, 1, 1, 1], layout = \"NHWC\"}",
        "averagePool(x) {kernel = [3, 3], pads = [1, 1, 1, 1], countIncludePad = true, layout = \"NHWC\"}",
        "maxPool(x) {kernel = [3, 3], strides = [2, 2], ceilMode = true, layout = \"NHWC\"}"
      })
  void poolsAgree(String op) {
    for (int threads : new int[] {1, 4}) {
      assertKernels(
          "pool/onednn/f32",
          check(
              "graph g(x: f32[2, 60, 59, 33]) { y = " + op + " return y }",
              Backend.ONEDNN,
              threads,
              1e-5));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "softmax(x)",
        "logSoftmax(x)",
        "softmax(x) {axis = 1}",
        "layerNorm(x)",
        "layerNorm(x, s)",
        "layerNorm(x, s, s) {epsilon = 0.01}"
      })
  void rowsAgree(String op) {
    for (int threads : new int[] {1, 4}) {
      assertKernels(
          "rowwise/onednn/f32",
          check(
              "graph g(x: f32[9, 70, 131], s: f32[131]) { y = " + op + " return y }",
              Backend.ONEDNN,
              threads,
              1e-5));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "lstm, 4, forward, 1, ''",
    "lstm, 4, reverse, 1, ''",
    "lstm, 4, bidirectional, 2, ''",
    "gru, 3, forward, 1, ''",
    "gru, 3, bidirectional, 2, ''",
    "gru, 3, bidirectional, 2, ', linearBeforeReset = true'"
  })
  void recurrentLayersAgree(String op, int gates, String direction, int d, String more) {
    int hidden = 9;
    int rows = gates * hidden;
    String states = op.equals("lstm") ? "h, h" : "h";
    String results = op.equals("lstm") ? "y, n, c" : "y, n";
    for (String state : new String[] {"", ", -, " + states}) {
      String text =
          "graph g(x: f32[6, 3, 5], h: f32["
              + d
              + ", 3, 9]) { w = f32["
              + d
              + ", "
              + rows
              + ", 5]{"
              + numbers(d * rows * 5)
              + "} r = f32["
              + d
              + ", "
              + rows
              + ", 9]{"
              + numbers(d * rows * 9)
              + "} b = f32["
              + d
              + ", "
              + 2 * rows
              + "]{"
              + numbers(d * 2 * rows)
              + "} "
              + results
              + " = "
              + op
              + "(x, w, r"
              + (state.isEmpty() ? "" : ", b" + state)
              + ") {hidden = 9, direction = \""
              + direction
              + "\""
              + more
              + "} return "
              + results
              + " }";
      assertKernels("recurrent/onednn/f32", check(text, Backend.ONEDNN, 2, 2e-5));
      assertKernels("recurrent/vector/f32", check(text, Backend.AUTO, 2, 2e-5));
    }
  }

  private static String numbers(int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(i == 0 ? "" : ", ").append((i * 7 % 19 - 9) / 32.0);
    }
    return text.toString();
  }

  @Test
  void emptyProductsAreOurs() {
    assertKernels(
        "matmul/vector/f32",
        check(
            "graph g(a: f32[2, 0], b: f32[0, 3]) { y = matmul(a, b) return y }",
            Backend.ONEDNN,
            1,
            0));
  }

  @ParameterizedTest
  @CsvSource({"ONEDNN, oneDNN", "OPENBLAS, OpenBLAS"})
  void aMissingLibraryIsNamedWhenTheSessionIsMade(Backend backend, String name) {
    var probe = backend == Backend.OPENBLAS ? OpenBlas.find() : OneDnn.find();
    Graph graph = Agreement.parse("graph g(x: f32[3]) { y = relu(x) return y }");
    SessionOptions options = SessionOptions.DEFAULT.backend(backend).threads(1);
    if (probe.library().isPresent()) {
      new Session(graph, Map.of(), options).close();
      return;
    }
    NativeLibraryException e =
        assertThrows(
            NativeLibraryException.class, () -> new Session(graph, Map.of(), options).close());
    assertTrue(String.valueOf(e.getMessage()).startsWith(name + " is not available"), e.toString());
  }
}
