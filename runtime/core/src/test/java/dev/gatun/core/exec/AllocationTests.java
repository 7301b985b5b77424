package dev.gatun.core.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Value;
import dev.gatun.core.plan.Plan;
import dev.gatun.core.plan.PlanContext;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.kernels.Team;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Once its code is compiled, running a plan allocates nothing: neither the caller nor the team.
 *
 * <p>Plans run again on what the run before left in the arena, where values reuse the memory of
 * inputs; indices are therefore constants.
 */
@Timeout(120)
class AllocationTests {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Runs in a row without a byte, after which a plan counts as free of allocation. */
  private static final int QUIET_RUNS = 100;

  /** Vectors are objects until C2 has compiled the code around them. */
  private static final double WARMUP_SECONDS = 30;

  private static final Map<String, String> GRAPHS =
      Map.of(
          "convolutions",
          """
          graph g(x: f32[1, 3, 19, 17]) {
            w = f32[16, 3, 3, 3]{RANDOM}
            b = f32[16]{RANDOM}
            d = f32[16, 1, 3, 3]{RANDOM}
            p = f32[21, 16, 1, 1]{RANDOM}
            t = f32[21, 5, 2, 2]{RANDOM}
            q = f32[5, 1000]{RANDOM}
            c1 = conv(x, w, b) {pads = [1, 1, 1, 1], strides = [2, 2]}
            r1 = relu(c1)
            c2 = conv(r1, d) {pads = [1, 1, 1, 1], groups = 16}
            s2 = add(c2, r1)
            m = maxPool(s2) {kernel = [3, 3], strides = [2, 2], pads = [1, 1, 1, 1]}
            c3 = conv(m, p)
            z3 = silu(c3)
            u = convTranspose(z3, t) {strides = [2, 2]}
            a = averagePool(u) {kernel = [2, 2]}
            v = globalAveragePool(a)
            f = flatten(v)
            y = matmul(f, q)
            return y
          }
          """,
          "transformer",
          """
          graph g(x: f32[2, 7, 32], mask: f32[2, 1, 1, 7]) {
            s = f32[32]{RANDOM}
            w = f32[32, 96]{RANDOM}
            o = f32[32, 32]{RANDOM}
            e = f32[32, 128]{RANDOM}
            f = f32[128, 32]{RANDOM}
            scale = f32[]{0.35}
            h = i64[4]{2, 7, 4, 8}
            flat = i64[3]{2, 7, 32}
            n = layerNorm(x, s, s)
            qkv = matmul(n, w)
            q, k, v = split(qkv) {axis = 2, parts = 3}
            q4 = reshape(q, h)
            k4 = reshape(k, h)
            v4 = reshape(v, h)
            qt = transpose(q4) {perm = [0, 2, 1, 3]}
            kt = transpose(k4) {perm = [0, 2, 3, 1]}
            vt = transpose(v4) {perm = [0, 2, 1, 3]}
            p = matmul(qt, kt)
            ps = mul(p, scale)
            pm = add(ps, mask)
            soft = softmax(pm)
            c = matmul(soft, vt)
            ct = transpose(c) {perm = [0, 2, 1, 3]}
            cf = reshape(ct, flat)
            a = matmul(cf, o)
            r = add(a, x)
            n2 = rmsNorm(r, s)
            up = matmul(n2, e)
            g = gelu(up)
            down = matmul(g, f)
            y = add(down, r)
            return y
          }
          """,
          "recurrent",
          """
          graph g(x: f32[6, 2, 5]) {
            w = f32[2, 36, 5]{RANDOM}
            r = f32[2, 36, 9]{RANDOM}
            b = f32[2, 72]{RANDOM}
            v = f32[1, 27, 9]{RANDOM}
            u = f32[1, 27, 9]{RANDOM}
            y, n, c = lstm(x, w, r, b) {hidden = 9, direction = "bidirectional"}
            z, m = gru(n, v, u) {hidden = 9}
            return y, z, m
          }
          """,
          "movement",
          """
          graph g(x: f32[2, 9, 33]) {
            i = i64[4]{7, 4, 0, 1}
            k = i64[2, 5, 33]{INDICES}
            t = i64[3]{6, 0, 1}
            p = i64[6]{0, 1, 2, 0, 3, 4}
            a1 = i64[1]{1}
            b1 = i64[1]{8}
            c1 = i64[1]{2}
            s = f32[3]{1, 2, 1.5}
            three = i64[1]{3}
            deep = i64[]{7}
            values = f32[2]{0, 1}
            g1 = gather(x, i) {axis = 1}
            g2 = gatherElements(x, k) {axis = 1}
            tr = transpose(g1) {perm = [2, 0, 1]}
            pd = pad(x, p)
            rf = pad(x, p) {mode = "reflect"}
            fl = flip(pd) {axes = [1]}
            sl = slice(x, a1, b1, a1, c1)
            cc = concat(sl, x) {axis = 1}
            ro = roll(cc) {shifts = [2], axes = [1]}
            rs = resize(x, s) {mode = "linear"}
            tk, ti = topK(x, three)
            so, si = sort(x) {axis = 1}
            cs = cumSum(x, a1)
            sc = scatterElements(x, k, g2) {axis = 1, reduction = "add"}
            oh = oneHot(t, deep, values)
            am = argMax(x) {axis = 1}
            tl = trilu(x)
            return tr, rf, fl, ro, rs, tk, ti, so, si, cs, sc, oh, am, tl
          }
          """,
          "pointwise",
          """
          graph g(x: f32[3, 67], z: f32[67], i: i64[3, 17], h: f16[3, 5], d: f64[7]) {
            one = i64[]{1}
            a = add(x, z)
            e = exp(a)
            l = log(e)
            t = tanh(l)
            f = erf(t)
            y = div(f, z)
            j = add(i, one)
            m = greater(j, one)
            w = where(m, i, j)
            fi = cast(w) {to = f32}
            hr = relu(h)
            hf = cast(hr) {to = f32}
            dd = sin(d)
            return y, fi, hf, dd
          }
          """,
          "rows",
          """
          graph g(x: f32[3, 8, 37], i: i64[3, 8], h: f16[3, 41]) {
            a = i64[1]{1}
            b = i64[2]{0, 2}
            s = f32[8]{RANDOM}
            s1 = reduceSum(x, a)
            s2 = reduceLogSumExp(x, b)
            s3 = reduceMax(x)
            s4 = reduceSum(i, a)
            s5 = reduceMean(h, a)
            l1 = logSoftmax(x)
            l2 = softmax(x) {axis = 1}
            n1 = groupNorm(x, s, s) {groups = 2}
            n2 = instanceNorm(x, s, s)
            n3 = lrn(x) {size = 3}
            return s1, s2, s3, s4, s5, l1, l2, n1, n2, n3
          }
          """);

  @ParameterizedTest
  @CsvSource({
    "convolutions, 1",
    "convolutions, 2",
    "transformer, 1",
    "transformer, 2",
    "recurrent, 1",
    "movement, 2",
    "pointwise, 2",
    "rows, 2"
  })
  void aPlanAllocatesNothing(String name, int threads) {
    Random random = new Random(7);
    Graph graph = Agreement.parse(withNumbers(GRAPHS.getOrDefault(name, ""), random));
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    try (Executor executor = new Executor(Agreement.options().threads(threads))) {
      List<Thread> all = new ArrayList<>();
      all.add(Thread.currentThread());
      Set<Thread> started = new HashSet<>(Thread.getAllStackTraces().keySet());
      started.removeAll(before);
      started.stream().filter(t -> t.getName().startsWith("gatun-team-")).forEach(all::add);
      assertEquals(threads, all.size(), () -> started.toString());
      List<Type> types = graph.inputs().stream().map(Value::type).toList();
      List<Program.Unit> units = executor.program(graph, types).units();
      assertEquals(1, units.size(), () -> "not one plan: " + units);
      ContextPool pool = units.get(0).plan();
      assertTrue(pool != null, () -> "no plan: " + units);
      Plan plan = pool.plan();
      try (PlanContext context = new PlanContext(plan)) {
        for (int i = 0; i < plan.inputs().size(); i++) {
          Type.OfTensor type = plan.inputs().get(i).value().tensorType();
          context.set(i, Agreement.random(type, random), executor.team());
        }
        long[] ids = all.stream().mapToLong(Thread::threadId).toArray();
        warm(context, executor.team(), ids);
      }
    }
  }

  @Test
  void aStepAllocatesNothing() {
    Graph graph =
        Agreement.parse(
            """
            graph step(x: f32[?, 33], t: f32[?, 17], w: f32[33, 17], m: f32[33, 17], n: i64[]) {
              one = i64[]{1}
              rate = f32[]{0.001}
              keep = f32[]{0.9}
              y = matmul(x, w)
              d = sub(y, t)
              s = square(d)
              loss = reduceMean(s) {keepDims = false}
              g = matmul(x, d) {transposeA = true}
              mk = mul(m, keep)
              m2 = add(mk, g)
              u = mul(m2, rate)
              w2 = sub(w, u)
              n2 = add(n, one)
              return w2, m2, n2, loss
            }
            """);
    Random random = new Random(5);
    Map<String, Tensor> initial =
        Map.of(
            "w", Agreement.random(Type.tensor(DType.F32, 33, 17), random),
            "m", Agreement.random(Type.tensor(DType.F32, 33, 17), random),
            "n", Tensor.scalar(0L));
    List<Map<String, Tensor>> batches = new ArrayList<>();
    for (int rows : new int[] {16, 16, 5}) {
      batches.add(
          Map.of(
              "x", Agreement.random(Type.tensor(DType.F32, rows, 33), random),
              "t", Agreement.random(Type.tensor(DType.F32, rows, 17), random)));
    }
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    try (StatefulSession session =
        new StatefulSession(
            graph,
            Map.of("w", "w2", "m", "m2", "n", "n2"),
            initial,
            Agreement.options().threads(2))) {
      long[] threads =
          Thread.getAllStackTraces().keySet().stream()
              .filter(
                  t ->
                      t.equals(Thread.currentThread())
                          || !before.contains(t) && t.getName().startsWith("gatun-team-"))
              .mapToLong(Thread::threadId)
              .toArray();
      assertEquals(2, threads.length);
      double sum = 0;
      long begin = System.nanoTime();
      long bytes = 1;
      while (bytes > 0 && System.nanoTime() - begin < WARMUP_SECONDS * 1e9) {
        sum += steps(session, batches, 3000);
        long from = allocated(threads);
        sum += steps(session, batches, QUIET_RUNS);
        bytes = allocated(threads) - from;
      }
      assertEquals(0, bytes);
      assertTrue(Double.isFinite(sum), "loss " + sum);
    }
  }

  private static double steps(
      StatefulSession session, List<Map<String, Tensor>> batches, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      session.step(batches.get(i % batches.size()));
      sum += session.number("loss");
    }
    return sum;
  }

  /** Runs until nothing is allocated for a while; fails with the guilty steps when time is up. */
  private static void warm(PlanContext context, Team team, long[] threads) {
    long begin = System.nanoTime();
    do {
      for (int i = 0; i < 300; i++) {
        context.run(team);
      }
      long from = allocated(threads);
      for (int i = 0; i < QUIET_RUNS; i++) {
        context.run(team);
      }
      if (allocated(threads) == from) {
        return;
      }
    } while (System.nanoTime() - begin < WARMUP_SECONDS * 1e9);
    StringBuilder guilty = new StringBuilder();
    for (int step = 0; step < context.plan().steps().size(); step++) {
      long from = allocated(threads);
      for (int i = 0; i < QUIET_RUNS; i++) {
        context.runStep(step, team);
      }
      long bytes = allocated(threads) - from;
      if (bytes > 0) {
        var selection = context.plan().steps().get(step).selection();
        guilty.append(selection.node()).append(": ").append(bytes / QUIET_RUNS).append(" bytes\n");
      }
    }
    fail("runs still allocate:\n" + guilty);
  }

  private static long allocated(long[] threads) {
    long sum = 0;
    for (long thread : threads) {
      sum += THREADS.getThreadAllocatedBytes(thread);
    }
    return sum;
  }

  @Test
  void theMeasureSeesWhatIsAllocated() {
    long[] self = {Thread.currentThread().threadId()};
    long from = allocated(self);
    byte[] some = new byte[100_000];
    Arrays.fill(some, (byte) 1);
    assertTrue(allocated(self) - from >= some.length);
  }

  /** Puts as many random numbers as each constant needs in place of RANDOM or INDICES. */
  private static String withNumbers(String text, Random random) {
    StringBuilder result = new StringBuilder();
    for (String line : text.split("\n", -1)) {
      int at = Math.max(line.indexOf("{RANDOM}"), line.indexOf("{INDICES}"));
      if (at < 0) {
        result.append(line).append('\n');
        continue;
      }
      boolean indices = line.startsWith("{INDICES}", at);
      long count = 1;
      String sizes = line.substring(line.indexOf('[') + 1, line.indexOf(']'));
      for (String size : sizes.split(", ", -1)) {
        count *= Long.parseLong(size);
      }
      result.append(line, 0, at).append('{');
      for (long i = 0; i < count; i++) {
        result.append(i == 0 ? "" : ", ");
        if (indices) {
          result.append(random.nextInt(3));
        } else {
          result.append(random.nextInt(64) / 64f - 0.5f);
        }
      }
      result.append("}\n");
    }
    return result.toString();
  }
}
