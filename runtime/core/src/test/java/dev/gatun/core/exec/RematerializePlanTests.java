package dev.gatun.core.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.autodiff.Gradients;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.Segment;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Exp;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.op.ReduceSum;
import dev.gatun.core.op.Reshape;
import dev.gatun.core.op.Tanh;
import dev.gatun.core.plan.Rematerialize;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plans that compute values again: the same results, in less memory. */
class RematerializePlanTests {
  private static final int LAYERS = 12;
  private static final long ROWS = 128;
  private static final long WIDTH = 16;
  private static final long ACTIVATION = 4 * ROWS * WIDTH;

  /** Gradients of many layers tanh(x w), each third of them a segment. */
  private static Graph deep(boolean marked) {
    GraphBuilder b = new GraphBuilder("deep");
    Value x = b.input("x", Type.tensor(DType.F32, ROWS, WIDTH));
    List<Value> wrt = new ArrayList<>(List.of(x));
    Value y = x;
    for (int i = 0; i < LAYERS; i++) {
      Value w = b.input("w" + i, Type.tensor(DType.F32, WIDTH, WIDTH));
      wrt.add(w);
      b.segment(marked ? 1 + i / (LAYERS / 3) : Segment.NONE);
      y = b.add(Tanh.OP, b.add(Matmul.OP, y, w));
    }
    b.segment(Segment.NONE);
    Value loss = b.add(ReduceSum.OP, b.add(Exp.OP, y), b.constant(Tensor.vector(0, 1)));
    loss = b.add(Reshape.OP, loss, b.constant(Tensor.vector()));
    b.output("loss", loss);
    for (Value gradient : Gradients.of(b, loss, wrt)) {
      b.output("gradient " + gradient.name(), gradient);
    }
    return b.build();
  }

  /** Small numbers, so that neither values nor gradients leave the region where tanh is steep. */
  private static Tensor random(Shape shape, Random random) {
    float[] numbers = new float[Math.toIntExact(shape.elements())];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) random.nextGaussian() * 0.1f;
    }
    return Tensor.of(numbers, shape.sizes());
  }

  private record Result(List<Datum> values, Explanation plan) {}

  private static Result run(Graph graph, SessionOptions options) {
    Random random = new Random(3);
    Map<String, Datum> inputs = new LinkedHashMap<>();
    Map<String, Type> types = new LinkedHashMap<>();
    for (Value input : graph.inputs()) {
      inputs.put(input.name(), random(input.tensorType().shape(), random));
      types.put(input.name(), input.type());
    }
    try (Session session = new Session(graph, Map.of(), options)) {
      Outputs outputs = session.run(inputs);
      List<Datum> values = new ArrayList<>();
      List<Datum> expected = new Interpreter().run(graph, new ArrayList<>(inputs.values()));
      for (int i = 0; i < expected.size(); i++) {
        values.add(outputs.datum(graph.outputNames().get(i)));
        Agreement.assertClose("output", expected.get(i), values.get(i), 1e-3);
      }
      return new Result(values, session.explain(types));
    }
  }

  @Test
  void innerValuesOfSegmentsAreComputedAgain() {
    Result plain = run(deep(false), Agreement.options());
    Result marked = run(deep(true), Agreement.options());
    assertEquals(plain.values(), marked.values());
    assertEquals(0, plain.plan().recomputed());
    // The last value of each segment is kept.
    assertEquals(LAYERS - 3, marked.plan().recomputed());
    assertEquals(
        plain.plan().arenaBytes() - marked.plan().arenaBytes(), marked.plan().savedBytes());
    assertTrue(marked.plan().savedBytes() >= 4 * ACTIVATION, marked.plan().toString());
    assertTrue(marked.plan().toString().contains("9 steps compute again what was not kept"));
  }

  @Test
  void whatRunsAgainRunsLate() {
    List<String> nodes =
        run(deep(true), Agreement.options()).plan().steps().stream()
            .map(Explanation.Step::node)
            .toList();
    int first = 0;
    while (!nodes.get(first).endsWith(" again")) {
      first++;
    }
    // Those of the last segment only; the next ones follow when that is done.
    int again = 0;
    while (nodes.get(first + again).endsWith(" again")) {
      again++;
    }
    assertEquals(LAYERS / 3 - 1, again, nodes.toString());
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.9, 0.75, 0.6})
  void aBudgetIsKept(double share) {
    Result plain = run(deep(false), Agreement.options());
    long budget = (long) (share * plain.plan().arenaBytes());
    Result small = run(deep(false), Agreement.options().memoryBudget(budget));
    assertEquals(plain.values(), small.values());
    assertTrue(small.plan().arenaBytes() <= budget, small.plan().toString());
    assertTrue(small.plan().recomputed() > 0);
    long enough = plain.plan().arenaBytes();
    assertEquals(0, run(deep(false), Agreement.options().memoryBudget(enough)).plan().recomputed());
  }

  @Test
  void lessThanPossibleIsAnErrorThatSaysWhatIs() {
    GatunException error =
        assertThrows(
            GatunException.class,
            () -> run(deep(false), Agreement.options().memoryBudget(2 * ACTIVATION)));
    String message = String.valueOf(error.getMessage());
    assertTrue(
        message.matches(
            "(?s).*memory budget: values of a run may take 0\\.016 MB; computing some again brings"
                + " them from 0\\.\\d+ to 0\\.\\d+ MB, not further\\. Most is in use at .*"),
        message);
  }

  @Test
  void itIsSwitchedOffByName() {
    Result plain = run(deep(false), Agreement.options());
    SessionOptions off = Agreement.options().without(Rematerialize.NAME);
    for (Result result :
        List.of(run(deep(true), off), run(deep(false), off.memoryBudget(ACTIVATION)))) {
      assertEquals(plain.values(), result.values());
      assertEquals(0, result.plan().recomputed());
      assertEquals(plain.plan().arenaBytes(), result.plan().arenaBytes());
    }
  }
}
