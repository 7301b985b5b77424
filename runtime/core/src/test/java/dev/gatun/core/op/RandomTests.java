package dev.gatun.core.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The generator against its published vectors; distributions by their moments. */
class RandomTests {
  private static final int N = 20_000;

  private static Tensor run(OpDef op, Attrs attrs, Tensor input) {
    GraphBuilder b = new GraphBuilder("test");
    b.output("y", b.add(op, attrs, b.constant(input)));
    return new Interpreter().tensor(b.build());
  }

  /** Random123's known answers for Philox4x32-10. */
  @Test
  void philoxGivesTheKnownAnswers() {
    assertArrayEquals(
        new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}, Philox.words(new int[4], 0, 0));
    assertArrayEquals(
        new int[] {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
        Philox.words(new int[] {-1, -1, -1, -1}, -1, -1));
    assertArrayEquals(
        new int[] {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
        Philox.words(
            new int[] {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0xa4093822, 0x299f31d0));
  }

  @Test
  void uniformFillsItsInterval() {
    Tensor x =
        run(RandomUniform.OP, Attrs.of("low", -1.0, "high", 3.0, "seed", 7), Tensor.vector(N));
    double mean = 0;
    for (int i = 0; i < N; i++) {
      assertTrue(x.getDouble(i) >= -1 && x.getDouble(i) <= 3);
      mean += x.getDouble(i) / N;
    }
    assertEquals(1, mean, 0.05); // 6 standard errors: 4 / sqrt(12 * 20000) = 0.008
  }

  @Test
  void normalHasItsMoments() {
    Attrs attrs = Attrs.of("mean", 2.0, "scale", 3.0, "seed", 7, "dtype", DType.F64);
    Tensor x = run(RandomNormal.OP, attrs, Tensor.vector(N));
    double mean = 0;
    double square = 0;
    for (int i = 0; i < N; i++) {
      mean += x.getDouble(i) / N;
      square += (x.getDouble(i) - 2) * (x.getDouble(i) - 2) / N;
    }
    assertEquals(2, mean, 0.13);
    assertEquals(9, square, 0.6);
  }

  @Test
  void aSeedRepeatsAndNoneDoesNot() {
    Tensor shape = Tensor.vector(3, 5);
    for (OpDef op : List.of(RandomNormal.OP, RandomUniform.OP)) {
      assertEquals(run(op, Attrs.of("seed", 1), shape), run(op, Attrs.of("seed", 1), shape));
      assertNotEquals(run(op, Attrs.of("seed", 1), shape), run(op, Attrs.of("seed", 2), shape));
      assertNotEquals(run(op, Attrs.NONE, shape), run(op, Attrs.NONE, shape));
    }
    GraphBuilder b = new GraphBuilder("test");
    assertNotEquals(
        b.add(RandomNormal.OP, b.constant(shape)), b.add(RandomNormal.OP, b.constant(shape)));
  }

  @Test
  void bernoulliFollowsItsProbabilities() {
    float[] p = new float[N];
    java.util.Arrays.fill(p, 0, N / 2, 0.25f);
    Tensor y = run(Bernoulli.OP, Attrs.of("dtype", DType.BOOL, "seed", 3), Tensor.of(p, N));
    int hits = 0;
    for (int i = 0; i < N; i++) {
      hits += y.getBoolean(i) ? 1 : 0;
      assertTrue(i < N / 2 || !y.getBoolean(i), "probability 0");
    }
    assertEquals(N / 8, hits, 260); // 6 standard deviations of sqrt(10000 * 3 / 16)
  }

  @Test
  void multinomialFollowsLogProbabilities() {
    Tensor logs =
        Tensor.of(new double[] {Math.log(1), Math.log(3), Double.NEGATIVE_INFINITY}, 1, 3);
    Attrs attrs = Attrs.of("sampleSize", N, "seed", 5, "dtype", DType.I64);
    Tensor y = run(Multinomial.OP, attrs, logs);
    assertEquals("i64[1, " + N + "]", y.type().toString());
    int[] counts = new int[3];
    for (int i = 0; i < N; i++) {
      counts[(int) y.getLong(i)]++;
    }
    assertEquals(0, counts[2]);
    assertEquals(N / 4, counts[0], 370); // 6 standard deviations of sqrt(20000 * 3 / 16)
  }

  private static Tensor like(
      String distribution, long stream, long seed, long draw, long... shape) {
    GraphBuilder b = new GraphBuilder("test");
    Tensor x = Tensor.of(new float[(int) dev.gatun.core.tensor.Shape.of(shape).elements()], shape);
    Attrs attrs = Attrs.of("distribution", distribution, "stream", stream);
    b.output(
        "y", b.add(RandomLike.OP, attrs, b.constant(x), b.constant(Tensor.vector(seed, draw))));
    return new Interpreter().tensor(b.build());
  }

  @Test
  void keyAndStreamTellDrawsApart() {
    Tensor y = like("uniform", 1, 2, 3, 4, 5);
    assertEquals(y, like("uniform", 1, 2, 3, 4, 5));
    assertEquals("f32[4, 5]", y.type().toString());
    for (Tensor other :
        List.of(
            like("uniform", 2, 2, 3, 4, 5),
            like("uniform", 1, 3, 3, 4, 5),
            like("uniform", 1, 2, 4, 4, 5),
            like("uniform", 1, 2, 3L << 40, 4, 5))) {
      assertNotEquals(y, other);
    }
  }

  @Test
  void drawsHaveTheMomentsOfTheirDistribution() {
    for (String distribution : List.of("uniform", "normal")) {
      Tensor y = like(distribution, 0, 1, 2, N);
      double mean = 0;
      double square = 0;
      for (int i = 0; i < N; i++) {
        double v = y.getDouble(i);
        assertTrue(distribution.equals("normal") || v >= 0 && v < 1);
        mean += v / N;
        square += v * v / N;
      }
      boolean normal = distribution.equals("normal");
      assertEquals(normal ? 0 : 0.5, mean, normal ? 0.045 : 0.013); // 6 standard errors
      assertEquals(normal ? 1 : 1.0 / 3, square, normal ? 0.06 : 0.013);
    }
  }

  @Test
  void sharedAxesDrawOnce() {
    GraphBuilder b = new GraphBuilder("test");
    Tensor x = Tensor.of(new float[24], 2, 3, 4);
    b.output(
        "y",
        b.add(
            RandomLike.OP,
            Attrs.of("shared", new long[] {-1}),
            b.constant(x),
            b.constant(Tensor.vector(1, 2))));
    assertEquals("f32[2, 3, 1]", new Interpreter().tensor(b.build()).type().toString());
  }

  @Test
  void wrongTypesAreNamed() {
    OpChecks.fails(RandomLike.OP, "f32 [2]; i64 [1, 2, 3]", List.of("[2]: seed and draw"));
    OpChecks.fails(RandomNormal.OP, "i64 [2]", List.of("floating"), "dtype", DType.I32);
    OpChecks.fails(Multinomial.OP, "f32 [2]", List.of("[batch, classes]"));
    OpChecks.fails(Bernoulli.OP, "i32 [2]", List.of("floating"));
  }
}
