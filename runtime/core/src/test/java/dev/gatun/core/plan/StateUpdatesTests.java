package dev.gatun.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphParser;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Ops;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.kernels.Memory;
import dev.gatun.kernels.Team;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** New state is written in place where nothing needs the old one any more, and only there. */
class StateUpdatesTests {
  private static final Weights WEIGHTS = new Weights();

  /** A graph of which the first inputs are states, renewed by the first outputs. */
  private static Graph parse(String inputs, String body) {
    return new GraphParser(Ops.ALL).parse("graph g(" + inputs + ") { " + body + " }");
  }

  /**
   * Runs three times and compares state and outputs with the interpreter; returns what is copied
   * before and after the steps.
   */
  private static String check(Graph graph, int states) {
    Random random = new Random(3);
    List<Datum> values = new ArrayList<>();
    Map<Value, Long> places = new LinkedHashMap<>();
    Map<Value, Value> next = new LinkedHashMap<>();
    try (Arena arena = Arena.ofConfined();
        Team team = Team.ofThreads(1)) {
      List<MemorySegment> homes = new ArrayList<>();
      for (Value input : graph.inputs()) {
        values.add(random(input, random));
        if (homes.size() < states) {
          Tensor value = (Tensor) values.getLast();
          MemorySegment whole = arena.allocate(value.bytes() + 128, Memory.ALIGNMENT);
          whole.fill((byte) 0x5a);
          MemorySegment home = whole.asSlice(64, value.bytes());
          value.copyTo(home);
          places.put(input, home.address());
          next.put(input, graph.outputs().get(homes.size()));
          homes.add(whole);
        }
      }
      List<Value> inputs = graph.inputs().subList(states, graph.inputs().size());
      List<Value> outputs = graph.outputs().subList(states, graph.outputs().size());
      Target target = new Target(Backend.VECTOR, 1, WEIGHTS, new Resources());
      List<Selection> nodes =
          graph.nodes().stream().map(node -> Candidates.select(node, target)).toList();
      Plan plan = PlanBuilder.build(inputs, nodes, outputs, WEIGHTS, new Homes(places, next));
      try (PlanContext context = new PlanContext(plan)) {
        for (int run = 0; run < 3; run++) {
          for (int i = 0; i < inputs.size(); i++) {
            context.set(i, (Tensor) values.get(states + i), team);
          }
          context.run(team);
          List<Datum> expected = new Interpreter().run(graph, values);
          for (int i = 0; i < expected.size(); i++) {
            Tensor wanted = (Tensor) expected.get(i);
            Tensor found;
            if (i < states) {
              found =
                  Tensor.wrap(
                      wanted.dtype(), wanted.shape(), homes.get(i).asSlice(64, wanted.bytes()));
              values.set(i, wanted);
              for (long at = 0; at < 64; at++) {
                byte behind = homes.get(i).get(Memory.I8, 64 + wanted.bytes() + at);
                assertEquals(0x5a, homes.get(i).get(Memory.I8, at), "before state " + i);
                assertEquals(0x5a, behind, "behind state " + i);
              }
            } else {
              found = context.get(i - states, new OutputMemory().lease(), team);
            }
            for (long k = 0; k < wanted.elements(); k++) {
              double number = wanted.getDouble(k);
              assertEquals(
                  number,
                  found.getDouble(k),
                  1e-5 * (1 + Math.abs(number)),
                  graph.outputNames().get(i));
            }
          }
        }
      }
      return plan.before().size() + " before, " + plan.after().size() + " after";
    }
  }

  private static Tensor random(Value value, Random random) {
    TensorBuilder b = new TensorBuilder(value.tensorType().dtype(), value.tensorType().shape());
    for (long i = 0; i < value.tensorType().shape().elements(); i++) {
      if (value.tensorType().dtype() == DType.F32) {
        b.set(i, random.nextGaussian());
      } else {
        b.set(i, (long) random.nextInt(3));
      }
    }
    return b.build();
  }

  @Test
  void thePointwiseLastReaderWritesInPlace() {
    Graph graph =
        parse(
            "w: f32[5, 3], m: f32[5, 3], x: f32[7, 5], t: f32[7, 3]",
            """
            y = matmul(x, w)
            d = sub(y, t)
            g = matmul(x, d) {transposeA = true}
            m2 = sub(m, g)
            w2 = add(w, m2)
            return w2, m2, y
            """);
    assertEquals("0 before, 0 after", check(graph, 2));
  }

  @Test
  void aReaderThatComesLaterRunsFirst() {
    // In the order of the graph the state would be overwritten before the product reads it.
    Graph graph =
        parse(
            "w: f32[5, 3], x: f32[7, 5]",
            """
            w2 = tanh(w)
            y = matmul(x, w)
            return w2, y
            """);
    assertEquals("0 before, 0 after", check(graph, 1));
  }

  @Test
  void whatIsNoPointwiseKernelWritesElsewhere() {
    Graph graph = parse("w: f32[5, 5]", "w2 = matmul(w, w) return w2");
    assertEquals("0 before, 1 after", check(graph, 1));
  }

  @Test
  void aProductThatDoesNotReadTheStateWritesInPlace() {
    Graph graph =
        parse("w: f32[5, 5], x: f32[5, 5]", "y = matmul(x, w) w2 = matmul(y, x) return w2");
    assertEquals("0 before, 0 after", check(graph, 1));
  }

  @Test
  void anOldStateThatIsAnOutputIsKept() {
    Graph graph = parse("w: f32[5]", "w2 = tanh(w) return w2, w");
    assertEquals("1 before, 0 after", check(graph, 1));
  }

  @Test
  void statesMayChangePlaces() {
    Graph graph =
        parse("a: f32[5], b: f32[5], c: f32[5]", "a2 = identity(b) c2 = tanh(c) return a2, a, c2");
    assertEquals("2 before, 2 after", check(graph, 3));
  }

  @Test
  void aStateThatStaysIsNotCopied() {
    Graph graph = parse("a: f32[5], x: f32[5]", "y = add(a, x) return a, y");
    assertEquals("0 before, 0 after", check(graph, 1));
  }

  @Test
  void anInputMayBecomeState() {
    Graph graph = parse("a: f32[5], x: f32[5]", "y = sub(a, x) return x, y");
    assertEquals("0 before, 1 after", check(graph, 1));
  }

  @Test
  void aConstantMayBecomeState() {
    Graph graph = parse("a: f32[2], x: f32[2]", "c = f32[2]{1, 2} y = sub(a, x) return c, y");
    assertEquals("0 before, 1 after", check(graph, 1));
  }

  @Test
  void oneValueMayRenewTwoStates() {
    Graph graph = parse("a: f32[5], b: f32[5]", "s = add(a, b) return s, s");
    assertEquals("0 before, 1 after", check(graph, 2));
  }

  @Test
  void updatesMayReadNewState() {
    // A moving average of what the step makes of the weights.
    Graph graph =
        parse(
            "w: f32[33], e: f32[33], g: f32[33]",
            """
            w2 = sub(w, g)
            d = sub(w2, e)
            e2 = add(e, d)
            return w2, e2
            """);
    assertEquals("0 before, 0 after", check(graph, 2));
  }

  @Test
  void updatesThatReadEachOthersOldState() {
    Graph graph = parse("a: f32[33], b: f32[33]", "a2 = add(a, b) b2 = mul(a, b) return a2, b2");
    assertEquals("0 before, 1 after", check(graph, 2));
  }

  @Test
  void cachesGrowInPlace() {
    // Two layers: the second one's queries depend on what the first one's attention read.
    Graph graph =
        parse(
            "k: f32[2, 1, 9, 8], v: f32[2, 1, 9, 8], k2: f32[2, 1, 9, 8], n: i64[2],"
                + " x: f32[2, 1, 3, 8]",
            """
            three = i64[]{3}
            length = add(n, three)
            kn = tensorScatter(k, x, n) {mode = "clipped"}
            vn = tensorScatter(v, x, n) {mode = "clipped"}
            y = attention(x, kn, vn, -, length) {causal = true}
            k2n = tensorScatter(k2, y, n) {mode = "clipped"}
            z = attention(y, k2n, vn, -, length) {causal = true}
            return kn, vn, k2n, z
            """);
    assertEquals("0 before, 0 after", check(graph, 3));
  }

  @Test
  void aScatterThatMayFailWritesElsewhere() {
    Graph graph =
        parse(
            "k: f32[2, 1, 9, 8], x: f32[2, 1, 3, 8], n: i64[2]",
            "kn = tensorScatter(k, x, n) return kn");
    assertEquals("0 before, 1 after", check(graph, 1));
  }

  @Test
  void viewsOfTheNextValueAreItsMemory() {
    Graph graph =
        parse(
            "w: f32[6], g: f32[2, 3]",
            """
            s = i64[2]{2, 3}
            n = i64[1]{6}
            m = reshape(w, s)
            u = sub(m, g)
            w2 = reshape(u, n)
            return w2
            """);
    assertEquals("0 before, 0 after", check(graph, 1));
  }

  @Test
  void aViewOfAnotherPartStaysIntact() {
    Graph graph =
        parse(
            "w: f32[4, 3], b: f32[2, 3]",
            """
            from = i64[1]{1}
            to = i64[1]{3}
            part = slice(w, from, to)
            b2 = mul(b, part)
            w2 = tanh(w)
            return w2, b2, part
            """);
    assertEquals("1 before, 0 after", check(graph, 2));
  }

  @Test
  void aRunThatFailsHasChangedNothing() {
    Graph graph =
        parse(
            "w: f32[4, 3], n: f32[], ids: i64[2]",
            """
            one = f32[]{1}
            n2 = add(n, one)
            r = gather(w, ids)
            s = reduceSum(r)
            w2 = mul(w, s)
            return w2, n2, s
            """);
    Map<Value, Long> places = new LinkedHashMap<>();
    Map<Value, Value> next = new LinkedHashMap<>();
    try (Arena arena = Arena.ofConfined();
        Team team = Team.ofThreads(1)) {
      MemorySegment w = arena.allocate(256, 64);
      MemorySegment n = arena.allocate(256, 64);
      w.fill((byte) 1);
      places.put(graph.inputs().get(0), w.address());
      places.put(graph.inputs().get(1), n.address());
      next.put(graph.inputs().get(0), graph.outputs().get(0));
      next.put(graph.inputs().get(1), graph.outputs().get(1));
      Target target = new Target(Backend.VECTOR, 1, WEIGHTS, new Resources());
      List<Selection> nodes =
          graph.nodes().stream().map(node -> Candidates.select(node, target)).toList();
      Plan plan =
          PlanBuilder.build(
              graph.inputs().subList(2, 3),
              nodes,
              graph.outputs().subList(2, 3),
              WEIGHTS,
              new Homes(places, next));
      assertEquals(0, plan.after().size());
      try (PlanContext context = new PlanContext(plan)) {
        context.set(0, Tensor.vector(1, 4), team);
        assertThrows(GatunException.class, () -> context.run(team));
        assertEquals(0, n.get(Memory.F32, 0));
        assertEquals(0x0101_0101, w.get(Memory.I32, 0));
        context.set(0, Tensor.vector(1, 3), team);
        context.run(team);
        assertEquals(1, n.get(Memory.F32, 0));
      }
    }
  }
}
