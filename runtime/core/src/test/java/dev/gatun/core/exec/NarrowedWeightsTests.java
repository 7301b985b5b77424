package dev.gatun.core.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.pass.NarrowedWeights;
import dev.gatun.core.pass.WeightType;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Weights that the caller wants in fewer bits. */
class NarrowedWeightsTests {
  private static final int K = 107;
  private static final int N = 45;

  private static float[] normal(int count, int seed) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static Graph product(boolean turned, float[] weights) {
    GraphBuilder b = new GraphBuilder("g");
    Value x = b.input("x", Type.tensor(DType.F32, 3, K));
    Tensor w = turned ? Tensor.of(weights, N, K) : Tensor.of(weights, K, N);
    b.output("y", b.add(Matmul.OP, Attrs.of("transposeB", turned), x, b.constant("w", w)));
    return b.build();
  }

  @ParameterizedTest
  @EnumSource(WeightType.class)
  void roundingIsAsSmallAsTheTypeAllows(WeightType type) {
    // Relative errors of normal weights: 2^-9 / sqrt(3); 1/127 and 1/8 of a block's extreme, which
    // is near 2.1, the step's standard deviation being 1 / sqrt(12).
    double most = type == WeightType.BF16 ? 0.002 : type == WeightType.INT8 ? 0.007 : 0.09;
    for (boolean turned : new boolean[] {false, true}) {
      Graph graph = product(turned, normal(N * K, 1));
      Tensor x = Tensor.of(normal(3 * K, 2), 3, K);
      float[] exact = ((Tensor) new Interpreter().run(graph, List.of(x)).get(0)).toFloats();
      Graph rounded = NarrowedWeights.apply(graph, type);
      float[] truth = ((Tensor) new Interpreter().run(rounded, List.of(x)).get(0)).toFloats();
      try (Session session = new Session(graph, Map.of(), Agreement.options().weights(type))) {
        float[] found = session.run("x", x).get("y").toFloats();
        double error = 0;
        double size = 0;
        for (int i = 0; i < found.length; i++) {
          assertEquals(truth[i], found[i], 2e-5 * Math.max(1, Math.abs(truth[i])) * 10);
          error += Math.pow(found[i] - exact[i], 2);
          size += Math.pow(exact[i], 2);
        }
        double relative = Math.sqrt(error / size);
        assertTrue(relative > 0 && relative < most, type + ": " + relative);
        assertEquals(
            "matmul/vector/narrow",
            session.explain(Map.of()).steps().get(0).kernel(),
            session.explain(Map.of()).toString());
      }
    }
  }

  @Test
  void integersAreNeverMadeOfWhatIsNotFinite() {
    float[] weights = normal(N * K, 3);
    weights[77] = Float.NaN;
    Graph graph = product(true, weights);
    GatunException e =
        assertThrows(GatunException.class, () -> NarrowedWeights.apply(graph, WeightType.INT4));
    assertTrue(String.valueOf(e.getMessage()).contains("'w'"), e.getMessage());
  }

  @Test
  void blocksOfZerosAndHugeScalesAreKept() {
    float[] weights = normal(N * K, 4);
    for (int i = 0; i < 64; i++) {
      weights[i] = 0;
    }
    weights[100] = 1e9f;
    Graph graph = product(true, weights);
    Tensor x = Tensor.of(normal(3 * K, 5), 3, K);
    Graph rounded = NarrowedWeights.apply(graph, WeightType.INT8);
    float[] exact = ((Tensor) new Interpreter().run(graph, List.of(x)).get(0)).toFloats();
    float[] found = ((Tensor) new Interpreter().run(rounded, List.of(x)).get(0)).toFloats();
    assertEquals(exact[0], found[0], 1e-3 * Math.abs(exact[0]));
  }
}
