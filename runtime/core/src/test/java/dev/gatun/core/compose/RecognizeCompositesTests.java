package dev.gatun.core.compose;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphParser;
import dev.gatun.core.graph.GraphText;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Ops;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Spellings of composites that exporters use, and near misses that must stay as they are. */
class RecognizeCompositesTests {
  /** A graph's parameters, its lines (the last names the result) and the operators it becomes. */
  record Case(String inputs, String lines, String ops) {
    @Override
    public String toString() {
      return ops + " <- " + lines.replaceAll("\\s*\\R\\s*", "; ");
    }
  }

  private static final String CONSTANTS =
      """
      half = f32[]{0.5}
      one = f32[]{1}
      two = f32[]{2}
      three = f32[]{3}
      six = f32[]{6}
      root2 = f32[]{1.4142135}
      rootHalf = f32[]{0.70710677}
      cube = f32[1]{0.044715}
      slope = f32[]{0.7978846}
      quick = f32[]{1.702}
      eps = f32[]{0.00001}
      last = i64[1]{-1}
      trailing = i64[2]{1, 2}
      scale = f32[]{0.35355338}
      split = f32[]{0.5946036}
      eight = f32[]{2.828427}
      zero = f32[]{0}
      never = f32[]{-3.4e38}
      low = f32[]{-10000}
      """;

  private static Case of(String inputs, String ops, String lines) {
    return new Case(inputs, lines.strip(), ops);
  }

  private static final String X = "x: f32[2, 3, 5]";
  private static final String NORM = X + ", g: f32[5], b: f32[1, 1, 5]";
  private static final String QKV = "q: f32[2, 3, 4, 8], k: f32[2, 3, 5, 8], v: f32[2, 3, 5, 6]";

  static Stream<Case> cases() {
    return Stream.of(
        // torchscript
        of(
            X,
            "gelu",
            "a = div(x, root2) e = erf(a) f = add(e, one) m = mul(x, f) y = mul(m, half)"),
        // tensorflow
        of(
            X,
            "gelu",
            "a = mul(rootHalf, x) e = erf(a) f = add(one, e) m = mul(f, half) y = mul(m, x)"),
        of(
            X,
            "gelu",
            "h = mul(x, half) a = mul(x, rootHalf) e = erf(a) f = add(e, one) y = mul(h, f)"),
        of(
            X,
            "gelu",
            "a = div(x, root2) e = erf(a) p = mul(e, half) f = add(p, half) y = mul(f, x)"),
        // gpt2, dynamo
        of(
            X,
            "gelu",
            "h = mul(x, half) p = pow(x, three) m = mul(p, cube) s = add(x, m) a = mul(s, slope)"
                + " t = tanh(a) f = add(t, one) y = mul(h, f)"),
        of(
            X,
            "gelu",
            "q = mul(x, x) c = mul(x, q) m = mul(cube, c) s = add(m, x) a = mul(s, slope)"
                + " t = tanh(a) f = add(t, one) h = mul(half, f) y = mul(x, h)"),
        of(
            X,
            "gelu",
            "m = mul(x, cube) q = mul(x, m) f = add(q, one) b = mul(x, slope) a = mul(b, f)"
                + " t = tanh(a) e = add(t, one) h = mul(half, e) y = mul(x, h)"),
        of(X, "silu", "s = sigmoid(x) y = mul(s, x)"),
        of(X, "swish", "a = mul(x, quick) s = sigmoid(a) y = mul(x, s)"),
        of(
            X,
            "hardSwish",
            "a = add(x, three) c = clip(a) {min = 0, max = 6} m = mul(x, c) y = div(m, six)"),
        of(
            X,
            "hardSwish",
            "a = add(x, three) c = clip(a) {min = 0, max = 6} d = div(c, six) y = mul(d, x)"),
        of(X, "hardSwish", "s = hardSigmoid(x) {alpha = 0.16666667, beta = 0.5} y = mul(s, x)"),
        of(X, "softplus", "e = exp(x) s = add(e, one) y = log(s)"),
        of(X, "mish", "e = exp(x) s = add(one, e) l = log(s) t = tanh(l) y = mul(x, t)"),
        of(
            NORM,
            "layerNorm",
            "m = reduceMean(x, last) d = sub(x, m) p = pow(d, two) w = reduceMean(p, last)"
                + " e = add(w, eps) s = sqrt(e) n = div(d, s) t = mul(n, g) y = add(t, b)"),
        of(
            NORM,
            "layerNorm",
            "m = reduceMean(x, last) d = sub(x, m) p = mul(d, d) w = reduceMean(p, last)"
                + " e = add(eps, w) s = rsqrt(e) n = mul(d, s) y = mul(g, n)"),
        of(
            X,
            "layerNorm",
            "m = reduceMean(x, last) d = sub(x, m) p = square(d) w = reduceMean(p, last)"
                + " e = add(w, eps) s = sqrt(e) r = reciprocal(s) y = mul(d, r)"),
        // tensorflow: x (r g) + (b - m (r g))
        of(
            NORM,
            "layerNorm",
            "m = reduceMean(x, last) d = sub(x, m) p = mul(d, d) w = reduceMean(p, last)"
                + " e = add(w, eps) s = sqrt(e) r = reciprocal(s) k = mul(r, g) u = mul(m, k)"
                + " c = sub(b, u) t = mul(x, k) y = add(t, c)"),
        of(
            "x: f32[2, 3, 5], g: f32[3, 5]",
            "layerNorm",
            "m = reduceMean(x, trailing) d = sub(x, m) p = mul(d, d) w = reduceMean(p, trailing)"
                + " e = add(w, eps) s = sqrt(e) n = div(d, s) y = mul(n, g)"),
        // t5 and llama
        of(
            NORM,
            "rmsNorm",
            "p = pow(x, two) w = reduceMean(p, last) e = add(w, eps) s = sqrt(e)"
                + " r = div(one, s) n = mul(x, r) y = mul(g, n)"),
        of(
            X,
            "rmsNorm",
            "p = mul(x, x) w = reduceMean(p, last) e = add(w, eps) s = sqrt(e) y = div(x, s)"),
        of(
            X,
            "softmax",
            "m = reduceMax(x, last) d = sub(x, m) e = exp(d) s = reduceSum(e, last) y = div(e, s)"),
        // torchscript: scale at the scores, added mask
        of(
            QKV + ", m: f32[2, 1, 1, 5]",
            "attention",
            "t = transpose(k) {perm = [0, 1, 3, 2]} p = matmul(q, t) s = div(p, eight)"
                + " a = add(s, m) w = softmax(a) y = matmul(w, v)"),
        // dynamo: the root of the scale at both, guarded against hidden rows
        of(
            QKV + ", m: f32[4, 5]",
            "attention",
            "a = mul(q, split) t = transpose(k) {perm = [0, 1, 3, 2]} c = mul(t, split)"
                + " p = matmul(a, c) s = add(p, m) w = softmax(s) n = isNaN(w)"
                + " u = where(n, zero, w) y = matmul(u, v)"),
        of(
            QKV,
            "attention",
            "a = div(q, eight) p = matmul(a, k) {transposeB = true} w = softmax(p) y = matmul(w, v)"),
        // the scale before the views of the keys
        of(
            QKV,
            "reshape transpose reshape transpose attention",
            "ks = i64[3]{6, 5, 8} kb = i64[4]{2, 3, 8, 5} a = mul(q, split) c = mul(k, split)"
                + " r = reshape(c, ks) t = transpose(r) {perm = [0, 2, 1]} u = reshape(t, kb)"
                + " p = matmul(a, u) w = softmax(p) y = matmul(w, v)"),
        // keys that come transposed
        of(
            "q: f32[2, 3, 4, 8], k: f32[2, 3, 8, 5], v: f32[2, 3, 5, 6]",
            "transpose attention",
            "p = matmul(q, k) s = mul(p, scale) w = softmax(s) y = matmul(w, v)"),
        // three axes, a mask for each
        of(
            "q: f32[6, 4, 8], k: f32[6, 5, 8], v: f32[6, 5, 6], m: f32[6, 4, 5]",
            "reshape reshape reshape reshape attention reshape",
            "t = transpose(k) {perm = [0, 2, 1]} p = matmul(q, t) s = add(p, m) w = softmax(s)"
                + " y = matmul(w, v)"),
        // opt: four axes only for the mask
        of(
            "q: f32[6, 4, 8], k: f32[6, 5, 8], v: f32[6, 5, 6], m: f32[2, 1, 4, 5]",
            "reshape reshape reshape attention reshape",
            "four = i64[4]{2, 3, 4, 5} three3 = i64[3]{6, 4, 5} t = transpose(k) {perm = [0, 2, 1]}"
                + " p = matmul(q, t) f = reshape(p, four) s = add(f, m) r = reshape(s, three3)"
                + " w = softmax(r) y = matmul(w, v)"),
        // position bias and mask, as in t5
        of(
            QKV + ", m: f32[2, 1, 1, 5], bias: f32[1, 3, 4, 5]",
            "add attention",
            "t = transpose(k) {perm = [0, 1, 3, 2]} p = matmul(q, t) s = add(p, bias)"
                + " a = add(s, m) w = softmax(a) y = matmul(w, v)"),
        // selected instead of added
        of(
            QKV + ", m: bool[2, 1, 4, 5]",
            "where attention",
            "t = transpose(k) {perm = [0, 1, 3, 2]} p = matmul(q, t) s = mul(p, scale)"
                + " a = where(m, s, never) w = softmax(a) y = matmul(w, v)"),
        // gpt2's constant triangle
        of(
            "q: f32[2, 3, 3, 8], k: f32[2, 3, 3, 8], v: f32[2, 3, 3, 6]",
            "where attention",
            "m = bool[1, 1, 3, 3]{true, false, false, true, true, false, true, true, true}"
                + " t = transpose(k) {perm = [0, 1, 3, 2]} p = matmul(q, t) s = mul(p, scale)"
                + " a = where(m, s, low) w = softmax(a) y = matmul(w, v)"),
        // a cap, as in gemma
        of(
            QKV + ", m: f32[4, 5]",
            "attention",
            "t = transpose(k) {perm = [0, 1, 3, 2]} p = matmul(q, t) s = mul(p, scale)"
                + " d = div(s, six) h = tanh(d) c = mul(h, six) a = add(c, m) w = softmax(a)"
                + " y = matmul(w, v)"),
        // a mask that is scaled with the scores
        of(
            QKV + ", m: f32[4, 5]",
            "mul attention",
            "t = transpose(k) {perm = [0, 1, 3, 2]} p = matmul(q, t) a = add(p, m)"
                + " s = mul(a, scale) w = softmax(s) y = matmul(w, v)"),
        // groups of query heads, as in llama
        of(
            "q: f32[2, 4, 3, 8], k: f32[2, 2, 5, 8], v: f32[2, 2, 5, 6]",
            "reshape reshape reshape reshape attention",
            "ks = i64[5]{2, 2, 1, 5, 8} vs = i64[5]{2, 2, 1, 5, 6} kx = i64[5]{2, 2, 2, 5, 8}"
                + " vx = i64[5]{2, 2, 2, 5, 6} kr = i64[4]{2, 4, 5, 8} vr = i64[4]{2, 4, 5, 6}"
                + " k5 = reshape(k, ks) k6 = expand(k5, kx) k7 = reshape(k6, kr)"
                + " v5 = reshape(v, vs) v6 = expand(v5, vx) v7 = reshape(v6, vr)"
                + " t = transpose(k7) {perm = [0, 1, 3, 2]} p = matmul(q, t) s = mul(p, scale)"
                + " w = softmax(s) y = matmul(w, v7)"));
  }

  static Stream<Case> nearMisses() {
    return Stream.of(
        of(X, "", "a = div(x, root2) e = erf(a) f = add(e, one) m = mul(x, f) y = mul(m, one)"),
        of(X, "", "a = mul(x, root2) e = erf(a) f = add(e, one) m = mul(x, f) y = mul(m, half)"),
        of(
            X + ", z: f32[2, 3, 5]",
            "",
            "a = div(x, root2) e = erf(a) f = add(e, one) m = mul(z, f) y = mul(m, half)"),
        of(X, "", "a = add(x, three) c = clip(a) {min = 0, max = 5} m = mul(x, c) y = div(m, six)"),
        of(X, "", "e = exp(x) s = add(e, two) y = log(s)"),
        of(X + ", z: f32[2, 3, 5]", "", "s = sigmoid(x) y = mul(s, z)"),
        // another axis, another centre, a scale for rows
        of(
            X,
            "",
            "m = reduceMean(x, last) d = sub(x, m) p = mul(d, d) f = i64[1]{1}"
                + " w = reduceMean(p, f) e = add(w, eps) s = sqrt(e) y = div(d, s)"),
        of(
            X + ", m: f32[2, 3, 1]",
            "sub rmsNorm",
            "d = sub(x, m) p = mul(d, d) w = reduceMean(p, last) e = add(w, eps) s = sqrt(e)"
                + " y = div(d, s)"),
        of(
            X + ", g: f32[3, 1]",
            "layerNorm mul",
            "m = reduceMean(x, last) d = sub(x, m) p = mul(d, d) w = reduceMean(p, last)"
                + " e = add(w, eps) s = sqrt(e) n = div(d, s) y = mul(n, g)"),
        of(
            X,
            "",
            "m = reduceMax(x, last) d = sub(x, m) e = exp(d) f = i64[1]{1} s = reduceSum(e, f)"
                + " y = div(e, s)"),
        // softmax along the queries; a fill that hides too little
        of(
            QKV,
            "",
            "p = matmul(q, k) {transposeB = true} w = softmax(p) {axis = 2} y = matmul(w, v)"),
        of(
            QKV + ", m: bool[2, 1, 4, 5]",
            "",
            "p = matmul(q, k) {transposeB = true} a = where(m, p, low) w = softmax(a)"
                + " y = matmul(w, v)"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void recognizes(Case c) {
    Graph before = parse(c, "y");
    Graph after = RecognizeComposites.apply(before, Set.of());
    assertEquals(c.ops(), ops(after), () -> GraphText.of(after));
    assertSameResults(before, after);
    assertSame(before, RecognizeComposites.apply(before, Set.of(RecognizeComposites.NAME)));
  }

  @ParameterizedTest
  @MethodSource("nearMisses")
  void leavesOthersAlone(Case c) {
    Graph before = parse(c, "y");
    Graph after = RecognizeComposites.apply(before, Set.of());
    assertEquals(c.ops().isEmpty() ? ops(before) : c.ops(), ops(after), () -> GraphText.of(after));
    assertSameResults(before, after);
  }

  @Test
  void leavesAClusterThatIsReadFromOutside() {
    Case c = of(QKV, "", "p = matmul(q, k) {transposeB = true} w = softmax(p) y = matmul(w, v)");
    Graph before = parse(c, "y, w");
    assertSame(before, RecognizeComposites.apply(before, Set.of()));
  }

  @Test
  void namesSwitchSingleOnesOff() {
    Graph before = parse(of(X, "", "s = sigmoid(x) y = mul(s, x)"), "y");
    assertTrue(RecognizeComposites.names().contains("recognizeSwish"));
    assertSame(before, RecognizeComposites.apply(before, Set.of("recognizeSwish")));
  }

  private static Graph parse(Case c, String results) {
    String lines = c.lines().replaceAll(" (?=\\w+ = \\w+[(\\[{])", "\n") + "\n";
    String text =
        "graph g(" + c.inputs() + ") {\n" + CONSTANTS + lines + "return " + results + "\n}\n";
    return new GraphParser(Ops.ALL).parse(text);
  }

  private static String ops(Graph graph) {
    return String.join(" ", graph.nodes().stream().map(node -> node.op().name()).toList());
  }

  private static void assertSameResults(Graph before, Graph after) {
    Random random = new Random(before.inputs().size());
    List<Datum> inputs = new ArrayList<>();
    for (Value input : before.inputs()) {
      TensorBuilder b = new TensorBuilder(input.tensorType().dtype(), input.tensorType().shape());
      for (long i = 0; i < input.tensorType().shape().elements(); i++) {
        if (input.tensorType().dtype() == DType.BOOL) {
          // Every row keeps a key: what happens to a row without any is the mask's business.
          b.set(i, i % 5 == 0 || random.nextBoolean());
        } else {
          b.set(i, 3 * random.nextGaussian());
        }
      }
      inputs.add(b.build());
    }
    Tensor expected = (Tensor) new Interpreter().run(before, inputs).get(0);
    Tensor found = (Tensor) new Interpreter().run(after, inputs).get(0);
    assertEquals(expected.type(), found.type());
    for (long i = 0; i < expected.elements(); i++) {
      double e = expected.getDouble(i);
      // Both round to float32 on the way, at other places.
      assertEquals(e, found.getDouble(i), 2e-5 * (1 + Math.abs(e)), "element " + i);
    }
  }
}
