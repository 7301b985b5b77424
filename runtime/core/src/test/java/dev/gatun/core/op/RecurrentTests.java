package dev.gatun.core.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One unit, weights of one: the recurrences can be followed by hand. */
class RecurrentTests {
  private static final Tensor X = Tensor.of(new float[] {1, 10, 2, 20, 3, 30}, 3, 2, 1);
  private static final Attrs LINEAR = Attrs.of("hidden", 1, "activations", List.of("Affine"));
  private static final Tensor ONE = Tensor.of(new float[] {1}, 1, 1, 1);

  @Test
  void anRnnOfTheIdentitySumsUp() {
    List<Tensor> y = Eager.run(Rnn.OP, LINEAR, 2, X, ONE, ONE);
    assertEquals(Tensor.of(new float[] {1, 10, 3, 30, 6, 60}, 3, 1, 2, 1), y.get(0));
    assertEquals(Tensor.of(new float[] {6, 60}, 1, 2, 1), y.get(1));
  }

  @Test
  void shortSequencesEndWithZerosAndReverseAtTheirOwnEnd() {
    Tensor lengths = Tensor.of(new int[] {2, 3}, 2);
    Attrs reverse = LINEAR.with("direction", "reverse");
    List<Tensor> y = Eager.run(Rnn.OP, reverse, 2, X, ONE, ONE, null, lengths);
    assertArrayEquals(new float[] {3, 60, 2, 50, 0, 30}, y.get(0).toFloats());
    assertArrayEquals(new float[] {3, 60}, y.get(1).toFloats());
    assertThrows(
        GatunException.class,
        () -> Eager.run(Rnn.OP, reverse, 1, X, ONE, ONE, null, Tensor.of(new int[] {4, 0}, 2)));
  }

  @Test
  void batchFirstMovesEveryBatchAxis() {
    Tensor x = Tensor.of(new float[] {1, 2, 3, 10, 20, 30}, 2, 3, 1);
    List<Tensor> y =
        Eager.run(
            Rnn.OP,
            LINEAR.with("layout", 1),
            2,
            x,
            ONE,
            ONE,
            null,
            null,
            Tensor.of(new float[] {100, 200}, 2, 1, 1));
    assertEquals(Tensor.of(new float[] {101, 103, 106, 210, 230, 260}, 2, 3, 1, 1), y.get(0));
    assertEquals(Tensor.of(new float[] {106, 260}, 2, 1, 1), y.get(1));
  }

  @Test
  void clippingComesBeforeTheActivation() {
    List<Tensor> y = Eager.run(Rnn.OP, LINEAR.with("clip", 5.0), 2, X, ONE, ONE);
    assertArrayEquals(new float[] {1, 5, 3, 5, 5, 5}, y.get(0).toFloats());
  }

  @Test
  void lstmGatesAreInTheOrderInputOutputForgetCell() {
    // Affine everywhere; each gate sees one bias: i = 2, o = 3, f = 5, g = x.
    Attrs attrs = Attrs.of("hidden", 1, "activations", List.of("Affine", "Affine", "Affine"));
    Tensor w = Tensor.of(new float[] {0, 0, 0, 1}, 1, 4, 1);
    Tensor r = Tensor.of(new float[4], 1, 4, 1);
    Tensor b = Tensor.of(new float[] {2, 3, 5, 0, 0, 0, 0, 0}, 1, 8);
    Tensor x = Tensor.of(new float[] {1, 4}, 2, 1, 1);
    List<Tensor> y = Eager.run(Lstm.OP, attrs, 3, x, w, r, b);
    // c = 2, then 5 * 2 + 2 * 4 = 18.
    assertArrayEquals(new float[] {6, 54}, y.get(0).toFloats());
    assertArrayEquals(new float[] {18}, y.get(2).toFloats());
    // Coupled: forget = 1 - i = -1; c = 2, then -2 + 8 = 6.
    List<Tensor> coupled = Eager.run(Lstm.OP, attrs.with("inputForget", true), 3, x, w, r, b);
    assertArrayEquals(new float[] {6}, coupled.get(2).toFloats());
    // Peepholes i, o, f: i = 2 + c, f = 5 + 100 c, o = 3 + 10 c'.
    Tensor p = Tensor.of(new float[] {1, 10, 100}, 1, 3);
    List<Tensor> peep = Eager.run(Lstm.OP, attrs, 3, x, w, r, b, null, null, null, p);
    // c = 2, o = 23; then i = 4, f = 205, c = 410 + 16.
    assertArrayEquals(new float[] {46, 426 * (3 + 4260)}, peep.get(0).toFloats());
  }

  @Test
  void gruResetsBeforeOrAfterTheProduct() {
    // z = 0.5, r = 2 by bias; recurrent weight of n is 3, its recurrent bias 1; h0 = 4.
    Attrs attrs = Attrs.of("hidden", 1, "activations", List.of("Affine", "Affine"));
    Tensor w = Tensor.of(new float[] {0, 0, 1}, 1, 3, 1);
    Tensor r = Tensor.of(new float[] {0, 0, 3}, 1, 3, 1);
    Tensor b = Tensor.of(new float[] {0.5f, 2, 0, 0, 0, 1}, 1, 6);
    Tensor x = Tensor.of(new float[] {7}, 1, 1, 1);
    Tensor h0 = Tensor.of(new float[] {4}, 1, 1, 1);
    // n = 7 + 3 * (2 * 4) + 1 = 32 or 7 + 2 * (3 * 4 + 1) = 33.
    assertEquals(18, Eager.run(Gru.OP, attrs, 1, x, w, r, b, null, h0).get(0).getFloat(0));
    assertEquals(
        18.5f,
        Eager.run(Gru.OP, attrs.with("linearBeforeReset", true), 1, x, w, r, b, null, h0)
            .get(0)
            .getFloat(0));
  }
}
