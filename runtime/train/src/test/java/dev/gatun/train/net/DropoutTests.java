package dev.gatun.train.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.autodiff.Gradients;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Which elements dropout zeroes, and that expectations stay. */
class DropoutTests {
  /** A layer's output and the gradient of its sum, for a number of the draw. */
  private record Drawn(Graph graph) {
    static Drawn of(Shape shape, Layer layer) {
      Net net = Net.of(Shape.of(Arrays.copyOfRange(shape.sizes(), 1, shape.rank())), layer);
      GraphBuilder b = new GraphBuilder("dropout");
      Value[] key = new Value[1];
      NetGraph written =
          net.write(
              b,
              List.of(Type.tensor(DType.F32, shape)),
              true,
              p -> b.constant(net.weight(p.name())),
              () -> {
                if (key[0] == null) {
                  key[0] = b.input("key", Type.tensor(DType.I64, Shape.of(2)));
                }
                return key[0];
              });
      Flow y = written.outputs().get(0);
      b.output("y", y.value());
      Value x = written.inputs().get(0).value();
      b.output("dx", Gradients.of(b, y.sum().value(), List.of(x)).get(0));
      return new Drawn(b.build());
    }

    double[][] run(Tensor x, long number) {
      var results = new Interpreter().run(graph, List.of(x, Tensor.vector(42, number)));
      return new double[][] {
        ((Tensor) results.get(0)).toDoubles(), ((Tensor) results.get(1)).toDoubles()
      };
    }
  }

  private static Tensor ones(Shape shape) {
    float[] values = new float[(int) shape.elements()];
    Arrays.fill(values, 1);
    return Tensor.of(values, shape.sizes());
  }

  @Test
  void theKeptShareIsOneMinusTheRateAndEachStepHasAnotherMask() {
    Shape shape = Shape.of(100, 500);
    for (double rate : new double[] {0.2, 0.5, 0.8}) {
      Drawn dropout = Drawn.of(shape, Layers.dropout(rate));
      double[][] first = dropout.run(ones(shape), 0);
      long kept = Arrays.stream(first[0]).filter(v -> v != 0).count();
      assertEquals(1 - rate, kept / 50_000.0, 0.01);
      // The backward pass has the mask of the forward pass.
      assertArrayEquals(first[0], first[1], 1e-6);
      assertArrayEquals(first[0], dropout.run(ones(shape), 0)[0]);
      double[] next = dropout.run(ones(shape), 1)[0];
      assertNotEquals(0, Arrays.compare(first[0], next));
    }
  }

  @Test
  void theExpectationIsTheOutputAtTest() {
    Shape shape = Shape.of(1, 7);
    Tensor x = Tensor.of(new float[] {1, -2, 3, 0.5f, 10, -7, 2}, 1, 7);
    Drawn dropout = Drawn.of(shape, Layers.dropout(0.2));
    double[] mean = new double[7];
    for (int mask = 0; mask < 10_000; mask++) {
      double[] y = dropout.run(x, mask)[0];
      for (int i = 0; i < 7; i++) {
        mean[i] += y[i] / 10_000;
      }
    }
    for (int i = 0; i < 7; i++) {
      assertEquals(x.getDouble(i), mean[i], 0.015 * Math.abs(x.getDouble(i)), "element " + i);
    }
    // The other convention, masks alone and outputs times the kept share at test, is this one times
    // that share.
    double[] inverted = dropout.run(x, 5)[0];
    for (int i = 0; i < 7; i++) {
      double masked = inverted[i] == 0 ? 0 : x.getDouble(i);
      assertEquals(masked, 0.8 * inverted[i], 1e-6);
    }
  }

  @Test
  void spatialDropoutZeroesWholeChannelsAndStochasticDepthWholeSamples() {
    Shape shape = Shape.of(20, 30, 3, 3);
    double[] channels = Drawn.of(shape, Layers.spatialDropout(0.3)).run(ones(shape), 0)[0];
    assertGroups(channels, 9, 0.3, 600);
    Shape rows = Shape.of(600, 5);
    double[] samples = Drawn.of(rows, Layers.stochasticDepth(0.3)).run(ones(rows), 0)[0];
    assertGroups(samples, 5, 0.3, 600);
    // At the end of a residual branch a sample that is dropped passes as it is.
    Function<Flow, Flow> branch = x -> x.mul(3).then(Layers.stochasticDepth(0.5));
    double[] y = Drawn.of(rows, Layers.residual(branch::apply)).run(ones(rows), 0)[0];
    for (int i = 0; i < y.length; i++) {
      assertTrue(y[i] == 1 || y[i] == 7, "value " + y[i]);
      assertEquals(y[i - i % 5], y[i]);
    }
  }

  private static void assertGroups(double[] values, int size, double rate, int groups) {
    int zeros = 0;
    for (int g = 0; g < groups; g++) {
      double first = values[g * size];
      for (int i = 1; i < size; i++) {
        assertEquals(first, values[g * size + i]);
      }
      zeros += first == 0 ? 1 : 0;
      assertTrue(first == 0 || Math.abs(first - 1 / (1 - rate)) < 1e-6);
    }
    assertEquals(rate, (double) zeros / groups, 0.06);
  }
}
