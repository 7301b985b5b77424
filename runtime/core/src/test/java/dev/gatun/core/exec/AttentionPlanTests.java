package dev.gatun.core.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Add;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.op.Reshape;
import dev.gatun.core.op.Softmax;
import dev.gatun.core.op.Transpose;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Attention and its projections as plans: what runs, and whether it agrees with the interpreter.
 */
class AttentionPlanTests {
  private static final double TOLERANCE = 2e-5;

  static Stream<String> attentions() {
    String shapes = "q: f32[2, 4, 7, 9], k: f32[2, 4, 70, 9], v: f32[2, 4, 70, 5]";
    return Stream.of(
        "attention(" + shapes + ") -> attention(q, k, v)",
        "attention(" + shapes + ", m: f32[2, 1, 1, 70]) -> attention(q, k, v, m)",
        "attention(" + shapes + ", m: f32[2, 4, 7, 70]) -> attention(q, k, v, m) {scale = 0.3}",
        "attention(" + shapes + ", m: f32[7, 1]) -> attention(q, k, v, m) {softcap = 4}",
        "attention(" + shapes + ", m: bool[4, 1, 70]) -> attention(q, k, v, m)",
        "attention(" + shapes + ") -> attention(q, k, v) {causal = true, causalOffset = 63}",
        "attention(q: f32[1, 6, 130, 16], k: f32[1, 2, 131, 16], v: f32[1, 2, 131, 33])"
            + " -> attention(q, k, v) {causal = true}",
        "attention(q: f32[1, 2, 1, 64], k: f32[1, 2, 300, 64], v: f32[1, 2, 300, 64])"
            + " -> attention(q, k, v)");
  }

  @ParameterizedTest
  @MethodSource("attentions")
  void runsWhole(String line) {
    int arrow = line.indexOf(" -> ");
    String text =
        "graph "
            + line.substring(0, arrow)
            + " {\n y = "
            + line.substring(arrow + 4)
            + "\n return y\n}";
    Explanation plan = Agreement.check(text, TOLERANCE);
    assertTrue(
        plan.steps().stream().anyMatch(s -> s.kernel().startsWith("attention/")), plan.toString());
  }

  static Stream<String> gradients() {
    String shapes = "q: f32[2, 4, 7, 9], k: f32[2, 4, 70, 9], v: f32[2, 4, 70, 5]";
    String dy = ", d: f32[2, 4, 7, 5]";
    return Stream.of(
        "gradient(" + shapes + dy + ") -> attentionGradient(q, k, v, -, -, d)",
        "gradient("
            + shapes
            + ", m: f32[2, 1, 1, 70]"
            + dy
            + ") -> attentionGradient(q, k, v, m,"
            + " -, d) {scale = 0.3}",
        "gradient("
            + shapes
            + ", m: bool[4, 1, 70]"
            + dy
            + ") -> attentionGradient(q, k, v, m, -,"
            + " d)",
        "gradient(q: f32[1, 6, 130, 16], k: f32[1, 2, 131, 16], v: f32[1, 2, 131, 33], d: f32[1, 6,"
            + " 130, 33]) -> attentionGradient(q, k, v, -, -, d) {causal = true}");
  }

  @ParameterizedTest
  @MethodSource("gradients")
  void gradientsRunWhole(String line) {
    int arrow = line.indexOf(" -> ");
    String text =
        "graph "
            + line.substring(0, arrow)
            + " {\n x, y, z = "
            + line.substring(arrow + 4)
            + "\n return x, y, z\n}";
    Explanation plan = Agreement.check(text, TOLERANCE);
    assertTrue(
        plan.steps().stream().anyMatch(s -> s.kernel().startsWith("attentionGradient/")),
        plan.toString());
  }

  @Test
  void cappedGradientsAreTakenApart() {
    Explanation plan =
        Agreement.check(
            """
            graph gradient(q: f32[1, 2, 3, 4], k: f32[1, 1, 5, 4], d: f32[1, 2, 3, 4]) {
              x, y, z = attentionGradient(q, k, k, -, -, d) {softcap = 2.0}
              return x, y, z
            }
            """,
            TOLERANCE);
    assertTrue(plan.steps().stream().noneMatch(s -> s.kernel().equals("reference")));
  }

  /** Heads are split from one product and joined again in both directions. */
  @Test
  void theGradientReadsAndWritesHeadsInPlace() {
    Explanation plan =
        Agreement.check(
            """
            graph heads(x: f32[2, 13, 72], d: f32[2, 13, 24]) {
              four = i64[4]{2, 13, 4, 6}
              back = i64[3]{2, 13, 24}
              a, b, c = split(x) {axis = 2, parts = 3}
              aa = reshape(a, four)
              bb = reshape(b, four)
              cc = reshape(c, four)
              dd = reshape(d, four)
              q = transpose(aa) {perm = [0, 2, 1, 3]}
              k = transpose(bb) {perm = [0, 2, 1, 3]}
              v = transpose(cc) {perm = [0, 2, 1, 3]}
              g = transpose(dd) {perm = [0, 2, 1, 3]}
              dq, dk, dv = attentionGradient(q, k, v, -, -, g)
              tq = transpose(dq) {perm = [0, 2, 1, 3]}
              tk = transpose(dk) {perm = [0, 2, 1, 3]}
              rq = reshape(tq, back)
              rk = reshape(tk, back)
              return rq, rk, dv
            }
            """,
            TOLERANCE);
    assertEquals(1, count(plan), plan.toString());
  }

  @Test
  void isTakenApartWhereItsScoresAreWanted() {
    Explanation plan =
        Agreement.check(
            """
            graph scores(q: f32[1, 2, 3, 4], k: f32[1, 2, 5, 4], v: f32[1, 2, 5, 4]) {
              y, s = attention(q, k, v) {stage = 3}
              return y, s
            }
            """,
            TOLERANCE);
    assertTrue(plan.steps().stream().noneMatch(s -> s.kernel().equals("reference")));
  }

  /** Projections, heads split by reshape and transpose, attention, heads joined, projection. */
  @ParameterizedTest
  @CsvSource({
    "1, 4, 13, 8, true, true",
    "3, 2, 65, 16, false, true",
    "2, 3, 1, 5, true, false",
    "1, 1, 6, 7, false, false"
  })
  void aLayerIsTwoProductsAndOneAttention(
      int batch, int heads, int rows, int width, boolean bias, boolean transposed) {
    GraphBuilder b = new GraphBuilder("layer");
    Random random = new Random(batch + heads);
    int all = heads * width;
    Value x = b.input("x", Type.tensor(DType.F32, batch, rows, all));
    Value mask = b.input("mask", Type.tensor(DType.F32, batch, 1, 1, rows));
    Value[] parts = new Value[3];
    for (int i = 0; i < 3; i++) {
      Value y = project(b, x, all, all, bias, transposed, random);
      y = b.add(Reshape.OP, y, b.constant(Tensor.vector(batch, rows, heads, width)));
      parts[i] =
          b.add(
              Transpose.OP, Attrs.of("perm", new int[] {0, 2, i == 1 ? 3 : 1, i == 1 ? 1 : 3}), y);
    }
    Value scores = b.add(Add.OP, b.add(Matmul.OP, parts[0], parts[1]), mask);
    Value y = b.add(Matmul.OP, b.add(Softmax.OP, scores), parts[2]);
    y = b.add(Transpose.OP, Attrs.of("perm", new int[] {0, 2, 1, 3}), y);
    y = b.add(Reshape.OP, y, b.constant(Tensor.vector(batch, rows, all)));
    b.output("y", project(b, y, all, all, bias, transposed, random));
    SessionOptions options = Agreement.options();
    Explanation plan = Agreement.check(b.build(), 1e-4, options);
    assertEquals(3, count(plan), plan.toString());
    assertTrue(plan.steps().get(1).kernel().startsWith("attention/"), plan.toString());
    for (String pass : new String[] {"mergeProjections", "fuseAttention", "recognizeAttention"}) {
      Explanation other = Agreement.check(b.build(), 1e-4, options.without(pass));
      assertTrue(count(other) >= (heads == 1 ? 3 : 4), pass + "\n" + other);
    }
  }

  /** Steps that take time. */
  private static long count(Explanation plan) {
    return plan.steps().stream().filter(s -> !s.kernel().equals("view")).count();
  }

  private static Value project(
      GraphBuilder b, Value x, int from, int to, boolean bias, boolean transposed, Random random) {
    Tensor weight =
        transposed
            ? Tensor.of(random(random, to * from), to, from)
            : Tensor.of(random(random, to * from), from, to);
    Value y = b.add(Matmul.OP, Attrs.of("transposeB", transposed), x, b.constant(weight));
    return bias ? b.add(Add.OP, b.constant(Tensor.of(random(random, to), to)), y) : y;
  }

  private static float[] random(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian() / 3;
    }
    return values;
  }

  /** Queries, keys and values as slices of one product, in the order that vision models use. */
  @Test
  void readsPartsOfAnInterleavedProduct() {
    Explanation plan =
        Agreement.check(
            """
            graph parts(x: f32[17, 2, 72]) {
              sizes = i64[5]{17, 2, 3, 4, 6}
              back = i64[3]{17, 2, 24}
              zero = i64[]{0}
              one = i64[]{1}
              two = i64[]{2}
              r = reshape(x, sizes)
              t = transpose(r) {perm = [2, 1, 3, 0, 4]}
              q = gather(t, zero)
              k = gather(t, one)
              v = gather(t, two)
              y = attention(q, k, v)
              u = transpose(y) {perm = [2, 0, 1, 3]}
              z = reshape(u, back)
              return z
            }
            """,
            TOLERANCE);
    assertEquals(1, plan.steps().size(), plan.toString());
  }

  @Test
  void flattenedLinearLayersKeepTheirEpilogues() {
    Explanation plan =
        Agreement.check(
            """
            graph flat(x: f32[2, 3, 4], residual: f32[2, 3, 2], b: f32[2]) {
              two = i64[2]{6, 4}
              three = i64[3]{2, 3, 2}
              w = f32[4, 2]{1, 2, 3, 4, 5, 6, 7, 8}
              f = reshape(x, two)
              p = matmul(f, w)
              q = add(p, b)
              r = reshape(q, three)
              y = add(r, residual)
              return y
            }
            """,
            TOLERANCE);
    assertEquals(1, plan.steps().size(), plan.toString());
  }

  @Test
  void aFlatResidualStreamKeepsItsEpilogues() {
    Explanation plan =
        Agreement.check(
            """
            graph stream(a: f32[6, 4], residual: f32[2, 3, 4], g: f32[4], b: f32[4]) {
              two = i64[2]{6, 4}
              three = i64[3]{2, 3, 4}
              w = f32[4, 4]{1, 2, 3, 4, 5, 6, 7, 8, 8, 7, 6, 5, 4, 3, 2, 1}
              p = matmul(a, w)
              r = reshape(p, three)
              s = add(r, residual)
              n = layerNorm(s, g, b)
              f = reshape(n, two)
              q = matmul(f, w)
              t = reshape(q, three)
              y = add(t, s)
              return y
            }
            """,
            TOLERANCE);
    assertEquals(
        java.util.List.of("matmul+add", "layerNorm", "matmul+add"),
        plan.steps().stream().filter(s -> !s.kernel().equals("view")).map(s -> s.op()).toList(),
        plan.toString());
  }

  @Test
  void theGradientOfLayerNormRunsWhole() {
    Explanation plan =
        Agreement.check(
            """
            graph norm(x: f32[3, 50, 33], d: f32[3, 50, 33], g: f32[33]) {
              y, m, i = layerNorm(x, g)
              dx, dg = layerNormGradient(x, d, m, i, g)
              return dx, dg
            }
            """,
            TOLERANCE);
    assertEquals(2, plan.steps().size(), plan.toString());
    assertEquals("rowwise/vector/f32", plan.steps().get(1).kernel());
  }

  @Test
  void rmsNormRunsWhole() {
    Explanation plan =
        Agreement.check(
            """
            graph norm(x: f32[3, 5, 33], g: f32[33]) {
              two = f32[]{2}
              eps = f32[]{0.000001}
              last = i64[1]{-1}
              p = pow(x, two)
              m = reduceMean(p, last)
              e = add(m, eps)
              s = sqrt(e)
              n = div(x, s)
              y = mul(n, g)
              return y
            }
            """,
            TOLERANCE);
    assertEquals("rmsNorm", plan.steps().get(0).op(), plan.toString());
    assertEquals("rowwise/vector/f32", plan.steps().get(0).kernel());
  }
}
