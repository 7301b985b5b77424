package dev.gatun.train.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.gatun.core.autodiff.Gradients;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.LossReduction;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.train.net.Flow;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What every loss offers: reductions that agree, and weights of samples. */
class LossContractTests {
  private static final double[] X = {0.3, 0.9, 0.6};
  private static final double[] T = {1, 0, 1};

  static Stream<Arguments> losses() {
    return Stream.of(
        Arguments.of("mean squared error", Losses.meanSquaredError()),
        Arguments.of("mean absolute error", Losses.meanAbsoluteError()),
        Arguments.of("huber", Losses.huber(0.5)),
        Arguments.of("smooth l1", Losses.smoothL1(0.5)),
        Arguments.of("log cosh", Losses.logCosh()),
        Arguments.of("quantile", Losses.quantile(0.3)),
        Arguments.of("binary cross entropy", Losses.binaryCrossEntropy()),
        Arguments.of("sigmoid cross entropy", Losses.sigmoidCrossEntropy()),
        Arguments.of("focal", Losses.focal(0.25, 2)),
        Arguments.of("hinge of 0 and 1", Losses.hingeOfZeroAndOne()),
        Arguments.of("poisson", Losses.poisson()),
        Arguments.of("custom", Losses.of((x, t) -> x.sub(t).square().exp())));
  }

  private static double[] run(
      Loss loss, LossReduction how, double[] x, double[] t, Optional<double[]> weights) {
    GraphBuilder b = new GraphBuilder("loss");
    Flow prediction = Flow.of(b, b.constant(Tensor.of(x, x.length, 1)));
    Flow target = prediction.constant(Tensor.of(t, t.length, 1));
    Flow value =
        loss.terms(prediction, target)
            .reduce(how, weights.map(w -> prediction.constant(Tensor.of(w, w.length))));
    b.output("loss", value.value());
    return ((Tensor) new Interpreter().run(b.build(), List.of()).get(0)).toDoubles();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("losses")
  void reductionsAgreeAndWeightsRepeat(String name, Loss loss) {
    double[] each = run(loss, LossReduction.NONE, X, T, Optional.empty());
    assertEquals(3, each.length);
    double sum = each[0] + each[1] + each[2];
    assertEquals(sum, run(loss, LossReduction.SUM, X, T, Optional.empty())[0], 1e-12);
    assertEquals(sum / 3, run(loss, LossReduction.MEAN, X, T, Optional.empty())[0], 1e-12);
    Optional<double[]> weights = Optional.of(new double[] {2, 1, 0});
    double[] x = {X[0], X[0], X[1]};
    double[] t = {T[0], T[0], T[1]};
    for (LossReduction how : List.of(LossReduction.SUM, LossReduction.MEAN)) {
      double[] repeated = run(loss, how, x, t, Optional.empty());
      assertArrayEquals(repeated, run(loss, how, X, T, weights), 1e-12);
    }
  }

  @Test
  void classNumbersNeedNoOneHotTensor() {
    for (CrossEntropy loss :
        List.of(
            Losses.softmaxCrossEntropy(),
            Losses.softmaxCrossEntropy().ignoreIndex(3).labelSmoothing(0.1))) {
      GraphBuilder b = new GraphBuilder("classes");
      Value x = b.input("x", Type.tensor(DType.F32, Shape.of(64, 1000)));
      Flow t = Flow.of(b, b.input("t", Type.tensor(DType.I64, Shape.of(64))));
      Flow value = loss.of(t.with(x), t, LossReduction.MEAN);
      b.output("loss", value.value());
      b.output("dx", Gradients.of(b, value.value(), List.of(x)).get(0));
      Graph graph = b.build();
      for (Node node : graph.nodes()) {
        assertFalse(node.op().name().contains("oneHot"), node.toString());
      }
    }
  }

  @Test
  void gradientByClassNumbersIsThatOfOneHotTargets() {
    double[] x = {0.3, -1.2, 2.5, 0.1, 0.7, -0.4, 1.1, 3.0, -2.0, 0.2, 0.2, 40};
    long[] classes = {2, 3, 1}; // the second row does not count
    GraphBuilder b = new GraphBuilder("classes");
    Value input = b.constant(Tensor.of(x, 3, 4));
    Flow target = Flow.of(b, b.constant(Tensor.vector(classes)));
    Value loss =
        Losses.softmaxCrossEntropy()
            .ignoreIndex(3)
            .of(target.with(input), target, LossReduction.MEAN)
            .value();
    b.output("dx", Gradients.of(b, loss, List.of(input)).get(0));
    double[] dx = ((Tensor) new Interpreter().run(b.build(), List.of()).get(0)).toDoubles();
    for (int row = 0; row < 3; row++) {
      double sum = 0;
      for (int c = 0; c < 4; c++) {
        sum += Math.exp(x[4 * row + c]);
      }
      for (int c = 0; c < 4; c++) {
        double p = Math.exp(x[4 * row + c]) / sum;
        double expected = row == 1 ? 0 : (p - (c == classes[row] ? 1 : 0)) / 2;
        assertEquals(expected, dx[4 * row + c], 1e-12, "row " + row + ", class " + c);
      }
    }
  }
}
