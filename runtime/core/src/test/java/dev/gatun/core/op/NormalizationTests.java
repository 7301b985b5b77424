package dev.gatun.core.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class NormalizationTests {
  @Test
  void layerNormReturnsItsStatistics() {
    Tensor x = Tensor.of(new float[] {1, 3, 2, 6}, 2, 2);
    Tensor scale = Tensor.of(new float[] {1, 10}, 2);
    List<Tensor> y = Eager.run(LayerNorm.OP, Attrs.of("epsilon", 0.0), 3, x, scale);
    assertArrayEquals(new float[] {-1, 10, -1, 10}, y.get(0).toFloats());
    assertEquals(Tensor.of(new float[] {2, 4}, 2, 1), y.get(1));
    assertEquals(Tensor.of(new float[] {1, 0.5f}, 2, 1), y.get(2));
  }

  @Test
  void batchNormWorksOnEitherLayout() {
    Tensor x = Tensor.of(new float[] {1, 2, 3, 4}, 1, 2, 2);
    Tensor scale = Tensor.of(new float[] {1, 10}, 2);
    Tensor bias = Tensor.of(new float[] {0, 1}, 2);
    Tensor mean = Tensor.of(new float[] {1, 3}, 2);
    Tensor variance = Tensor.of(new float[] {4, 1}, 2);
    Attrs attrs = Attrs.of("epsilon", 0.0);
    assertArrayEquals(
        new float[] {0, 0.5f, 1, 11},
        Eager.run(BatchNorm.OP, attrs, x, scale, bias, mean, variance).toFloats());
    assertArrayEquals(
        new float[] {0, -9, 1, 11},
        Eager.run(BatchNorm.OP, attrs.with("layout", "NHWC"), x, scale, bias, mean, variance)
            .toFloats());
  }

  @Test
  void softmaxSurvivesInfinitiesAndEmptyAxes() {
    Tensor x = Tensor.of(new float[] {Float.NEGATIVE_INFINITY, 0, 0, 1e30f}, 2, 2);
    assertArrayEquals(new float[] {0, 1, 0, 1}, Eager.run(Softmax.OP, Attrs.NONE, x).toFloats());
    Tensor none = Tensor.of(new float[0], 3, 0);
    assertEquals(Shape.of(3, 0), Eager.run(Softmax.OP, Attrs.NONE, none).shape());
    assertEquals(Shape.of(3, 0), Eager.run(LogSoftmax.OP, Attrs.of("axis", 0), none).shape());
  }

  @Test
  void hardmaxTakesTheFirst() {
    Tensor x = Tensor.of(new float[] {1, 3, 3, 2}, 1, 4);
    assertArrayEquals(new float[] {0, 1, 0, 0}, Eager.run(Hardmax.OP, Attrs.NONE, x).toFloats());
  }

  @Test
  void groupsShareStatistics() {
    // Channels (1, 3) and (2, 6): mean 2 and 4, deviation 1 and 2.
    String x = "f32 [[[1], [3], [2], [6]]]; f32 [1, 1, 1, 10]; f32 [0, 0, 5, 0];";
    OpChecks.check(GroupNorm.OP, x, "f32 [[[-1], [1], [4], [10]]]", "groups", 2, "epsilon", 0.0);
    OpChecks.check(
        GroupNorm.OP,
        "f32 [[[1, 3, 2, 6]]]; f32 [1, 1, 1, 10]; f32 [0, 0, 5, 0];",
        "f32 [[[-1, 1, 4, 10]]]",
        "groups",
        2,
        "epsilon",
        0.0,
        "layout",
        "NHWC");
    OpChecks.fails(GroupNorm.OP, x, List.of("4 channels", "3 groups"), "groups", 3);
    OpChecks.check(
        InstanceNorm.OP,
        "f32 [[[1, 3], [2, 6]]]; f32 [1, 10]; f32 [0, 5]",
        "f32 [[[-1, 1], [-5, 15]]]",
        "epsilon",
        0.0);
  }

  @Test
  void trainingStatisticsAreThoseOfTheBatch() {
    OpChecks.check(
        BatchNormTrain.OP,
        "f32 [[1, 2], [3, 6]]; f32 [1, 10]; f32 [0, 1]",
        "f32 [[-1, -9], [1, 11]]; f32 [2, 4]; f32 [1, 4]",
        "epsilon",
        0.0);
  }

  @Test
  void rootMeanSquareAndPowers() {
    OpChecks.check(
        RmsNorm.OP, "f32 [[3, -3], [0, 0]]; f32 [1, 2]", "f32 [[1, -2], [0, 0]]", "epsilon", 1e-30);
    OpChecks.check(LpNorm.OP, "f32 [[3, 4], [0, 0]]", "f32 [[0.6, 0.8], [0, 0]]");
    OpChecks.check(LpNorm.OP, "f32 [[1, 3], [0, 0]]", "f32 [[0.25, 0.75], [0, 0]]", "p", 1);
    OpChecks.check(
        MeanVarianceNorm.OP,
        "f32 [[1, 3], [2, 6]]",
        "f32 [[-1, 1], [-1, 1]]",
        "axes",
        new long[] {1});
  }

  @Test
  void responsesAreNormalizedOverChannels() {
    // size 2: the channel itself and the next one; 1 + 2 / 2 * (1 + 4) = 6.
    OpChecks.checkClose(
        1e-6,
        Lrn.OP,
        "f32 [[[1], [2]]]",
        "f32 [[[0.16666667], [0.4]]]",
        "size",
        2,
        "alpha",
        2.0,
        "beta",
        1.0);
  }

  @Test
  void gatedHalves() {
    OpChecks.check(Glu.OP, "f32 [[2, 8, 0, 0]]", "f32 [[1, 4]]");
    OpChecks.fails(Glu.OP, "f32 [[1, 2, 3]]", List.of("even"));
  }
}
