package dev.gatun.core.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphText;
import dev.gatun.core.graph.Value;
import dev.gatun.core.pass.Passes;
import dev.gatun.core.plan.Rematerialize;
import dev.gatun.core.tensor.Type;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each pass has work to do on its graph here, and results stay the same without it. */
class SwitchedOffPassTests {
  /** Names of passes, inputs, and the graph that computes y from them. */
  private static final String TEXT =
      """
      sinkConstants: x: f32[3, 2], c: bool[]
        w = f32[2, 2]{WEIGHTS}
        y = if(c, x, w) {
          then = graph a(x: f32[3, 2], w: f32[2, 2]) { y = matmul(x, w) return y },
          else = graph b(x: f32[3, 2], w: f32[2, 2]) { y = relu(x) return y }
        }
      inlineBranches: x: f32[3, 2]
        c = bool[]{true}
        y = if(c, x) {
          then = graph a(x: f32[3, 2]) { y = exp(x) return y },
          else = graph b(x: f32[3, 2]) { y = relu(x) return y }
        }
      keepNarrowWeights: x: f32[3, 8]
        q = i8[8, 2]{1, -2, 3, -4, 5, -6, 7, -8, 9, -10, 11, -12, 13, -14, 15, -16}
        s = f32[2]{0.5, 0.25}
        w = dequantizeLinear(q, s)
        y = matmul(x, w)
      foldConstants: x: f32[2, 3]
        a = f32[3]{1, 2, 3}
        b = f32[3]{4, 5, 6}
        c = mul(a, b)
        y = add(x, c)
      canonicalize: x: f32[2, 3, 4]
        f = flatten(x)
        p = transpose(f) {perm = [1, 0]}
        q = transpose(p) {perm = [1, 0]}
        y = exp(q)
      expandGemm: x: f32[3, 4], c: f32[5]
        w = f32[5, 4]{WEIGHTS}
        y = gemm(x, w, c) {transposeB = true, alpha = 0.5, beta = 2}
      sinkReshapes: x: f32[2, 3, 4]
        w = f32[4, 5]{WEIGHTS}
        b = f32[5]{WEIGHTS}
        i = i64[2]{6, 4}
        o = i64[3]{2, 3, 5}
        f = reshape(x, i)
        m = matmul(f, w)
        r = reshape(m, o)
        y = add(r, b)
      simplifyAlgebra: x: f32[1, 4, 5, 5]
        w = f32[2, 4, 1, 1]{WEIGHTS}
        s = f32[2]{0.5, 2}
        c = conv(x, w)
        y = batchNorm(c, s, s, s, s)
      simplifyAttention: q: f32[1, 2, 3, 4], k: f32[1, 2, 3, 4], v: f32[1, 2, 3, 4]
        m = bool[3, 3]{true, false, false, true, true, false, true, true, true}
        y = attention(q, k, v, m)
      mergeProjections, fuseAttention: x: f32[2, 5, 6]
        wq = f32[6, 6]{WEIGHTS}
        wk = f32[6, 6]{WEIGHTS}
        wv = f32[6, 6]{WEIGHTS}
        s = i64[4]{2, 5, 2, 3}
        j = i64[3]{2, 5, 6}
        q = matmul(x, wq)
        k = matmul(x, wk)
        v = matmul(x, wv)
        q4 = reshape(q, s)
        k4 = reshape(k, s)
        v4 = reshape(v, s)
        qh = transpose(q4) {perm = [0, 2, 1, 3]}
        kh = transpose(k4) {perm = [0, 2, 1, 3]}
        vh = transpose(v4) {perm = [0, 2, 1, 3]}
        a = attention(qh, kh, vh)
        t = transpose(a) {perm = [0, 2, 1, 3]}
        y = reshape(t, j)
      fuseAttentionGradient: x: f32[2, 5, 6], d: f32[2, 5, 6]
        s = i64[4]{2, 5, 2, 3}
        j = i64[3]{2, 5, 6}
        x4 = reshape(x, s)
        d4 = reshape(d, s)
        h = transpose(x4) {perm = [0, 2, 1, 3]}
        g = transpose(d4) {perm = [0, 2, 1, 3]}
        a, b, c = attentionGradient(h, h, h, -, -, g)
        t = transpose(a) {perm = [0, 2, 1, 3]}
        y = reshape(t, j)
      mergeOutputs: x: f32[3, 5]
        a = layerNorm(x)
        b, mean, inverse = layerNorm(x)
        y = add(a, mean)
      assignLayouts: x: f32[1, 4, 5, 5]
        w = f32[2, 4, 3, 3]{WEIGHTS}
        c = conv(x, w)
        y = relu(c)
      expandComposites: x: f32[2, 3, 4, 5]
        y = meanVarianceNorm(x) {axes = [0, 2, 3]}
      saveSlopes: x: f32[3, 19], z: f32[3, 19]
        a = gelu(x)
        d = gelu.d0_0_1(x, z)
        y = add(a, d)
      fuseEpilogues: x: f32[3, 4], z: f32[3, 5]
        w = f32[4, 5]{WEIGHTS}
        m = matmul(x, w)
        a = add(m, z)
        y = sigmoid(a)
      fuseRegions: x: f32[3, 4], z: f32[4]
        a = add(x, z)
        e = exp(a)
        y = mul(e, x)
      fuseUpdates: x: f32[3, 4], z: f32[3, 4]
        a = add(x, z)
        y = mul(a, x)
        w = exp(a)
        return a, y, w
      recognizeComposites, recognizeSwish: x: f32[2, 3, 5]
        s = sigmoid(x)
        y = mul(s, x)
      recognizeGelu: x: f32[2, 3, 5]
        root = f32[]{1.4142135}
        one = f32[]{1}
        half = f32[]{0.5}
        a = div(x, root)
        e = erf(a)
        f = add(e, one)
        m = mul(x, f)
        y = mul(m, half)
      recognizeHardSwish: x: f32[2, 3, 5]
        three = f32[]{3}
        six = f32[]{6}
        a = add(x, three)
        c = clip(a) {min = 0, max = 6}
        m = mul(x, c)
        y = div(m, six)
      recognizeSoftplus: x: f32[2, 3, 5]
        one = f32[]{1}
        e = exp(x)
        s = add(e, one)
        y = log(s)
      recognizeMish: x: f32[2, 3, 5]
        one = f32[]{1}
        e = exp(x)
        s = add(e, one)
        l = log(s)
        t = tanh(l)
        y = mul(x, t)
      recognizeLayerNorm: x: f32[2, 3, 5]
        last = i64[1]{-1}
        eps = f32[]{0.00001}
        m = reduceMean(x, last)
        d = sub(x, m)
        p = mul(d, d)
        w = reduceMean(p, last)
        e = add(w, eps)
        s = sqrt(e)
        y = div(d, s)
      recognizeRmsNorm: x: f32[2, 3, 5]
        last = i64[1]{-1}
        eps = f32[]{0.00001}
        one = f32[]{1}
        p = mul(x, x)
        w = reduceMean(p, last)
        e = add(w, eps)
        s = sqrt(e)
        r = div(one, s)
        y = mul(x, r)
      recognizeSoftmax: x: f32[2, 3, 5]
        last = i64[1]{-1}
        m = reduceMax(x, last)
        d = sub(x, m)
        e = exp(d)
        s = reduceSum(e, last)
        y = div(e, s)
      recognizeAttention: q: f32[2, 3, 4, 8], k: f32[2, 3, 5, 8], v: f32[2, 3, 5, 6], m: f32[4, 5]
        c = f32[]{0.35355338}
        p = matmul(q, k) {transposeB = true}
        s = mul(p, c)
        a = add(s, m)
        w = softmax(a)
        y = matmul(w, v)
      """;

  private static final Map<String, String> GRAPHS = graphs();

  private static Map<String, String> graphs() {
    Map<String, String> graphs = new TreeMap<>();
    for (String part : TEXT.split("\n(?=\\w)", -1)) {
      int colon = part.indexOf(':');
      int end = part.indexOf('\n');
      String text =
          "graph g("
              + part.substring(colon + 1, end)
              + ") {"
              + part.substring(end)
              + (part.contains("\n  return ") ? "\n}" : "\nreturn y\n}");
      for (String pass : part.substring(0, colon).split(", ", -1)) {
        graphs.put(pass, withWeights(text));
      }
    }
    return graphs;
  }

  /** Weights that differ from one constant to the next: equal ones would become one. */
  private static String withWeights(String text) {
    Matcher constant = Pattern.compile("\\[([\\d, ]+)]\\{WEIGHTS}").matcher(text);
    return constant.replaceAll(
        match -> {
          int count = 1;
          for (String size : match.group(1).split(", ", -1)) {
            count *= Integer.parseInt(size);
          }
          StringBuilder numbers = new StringBuilder();
          for (int i = 0; i < count; i++) {
            numbers.append(i == 0 ? "" : ", ").append(((i + match.start()) * 7 % 11 - 5) / 8f);
          }
          return "[" + match.group(1) + "]{" + numbers + "}";
        });
  }

  private static Graph graph(String pass) {
    return Agreement.parse(GRAPHS.getOrDefault(pass, ""));
  }

  private static Set<String> passes() {
    return GRAPHS.keySet();
  }

  @Test
  void everyPassHasItsGraph() {
    Set<String> all = new TreeSet<>(passes());
    all.add(Rematerialize.NAME); // see RematerializePlanTests: it changes plans, not graphs
    assertEquals(Passes.names(), all);
  }

  @ParameterizedTest
  @MethodSource("passes")
  void resultsAreTheSameWithoutThePass(String pass) {
    Graph graph = graph(pass);
    List<Type> types = graph.inputs().stream().map(Value::type).toList();
    assertNotEquals(
        GraphText.of(Passes.apply(graph, types, Set.of())),
        GraphText.of(Passes.apply(graph, types, Set.of(pass))),
        "the pass does nothing here, so leaving it out proves nothing");
    Agreement.check(graph, 2e-5, Agreement.options());
    Agreement.check(graph, 2e-5, Agreement.options().without(pass));
  }

  @ParameterizedTest
  @MethodSource("passes")
  void resultsAreTheSameWithoutAnyPass(String pass) {
    SessionOptions none = Agreement.options().without(Passes.names().toArray(String[]::new));
    Agreement.check(graph(pass), 2e-5, none);
  }
}
