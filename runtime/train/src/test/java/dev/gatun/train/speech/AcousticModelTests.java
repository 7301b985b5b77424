package dev.gatun.train.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Outputs;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Trainer;
import dev.gatun.train.Transfer;
import dev.gatun.train.loss.Ctc;
import dev.gatun.train.net.Net;
import dev.gatun.train.net.NetCheck;
import dev.gatun.train.optim.Optimizers;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Spectra to letters and commands. */
class AcousticModelTests {
  private static final AcousticModel SMALL = new AcousticModel(3, 4, 3, 2, 2, 1, 0);

  @Test
  void valuesAndGradients() {
    NetCheck.check(SMALL.letters(9, 5).initialize(2), NetCheck.random(1, 2, 9, 3));
    NetCheck.checkInference(SMALL.letters(9, 5).initialize(2), NetCheck.random(1, 2, 9, 3));
    NetCheck.check(SMALL.commands(8, 4).initialize(2), NetCheck.random(3, 2, 8, 3));
  }

  @Test
  void anyNumberOfFramesIsHeard() {
    Net fixed = SMALL.letters(9, 5).initialize(3);
    Net any = SMALL.letters(Shape.UNKNOWN, 5).withWeights(fixed.weights());
    Tensor x = NetCheck.random(4, 1, 9, 3);
    try (var one = fixed.model().compile();
        var other = any.model().compile();
        Outputs expected = one.run(Map.of("x", x));
        Outputs found = other.run(Map.of("x", x));
        Outputs more = other.run(Map.of("x", NetCheck.random(5, 2, 14, 3)))) {
      NetCheck.assertClose("any number", expected.get("y"), found.get("y"));
      assertEquals(Shape.of(1, 5, 5), found.get("y").shape());
      assertEquals(Shape.of(2, 7, 5), more.get("y").shape());
    }
  }

  @Test
  void encodersMoveToOtherHeads() {
    Net letters = SMALL.letters(8, 5).initialize(1);
    Net commands = SMALL.commands(8, 4).initialize(2);
    Net moved = Transfer.of(letters.weights(), commands).net();
    assertEquals(letters.weight("encoder.conv0.weight"), moved.weight("encoder.conv0.weight"));
    assertEquals(commands.weight("commands.weight"), moved.weight("commands.weight"));
    assertThrows(GatunException.class, () -> new AcousticModel(3, 5, 3, 2, 2, 1, 0));
    assertThrows(GatunException.class, () -> Net.of(Shape.of(9, 4), x -> x.then(SMALL))); // 3 mels
  }

  /** Letters without times are learnt: rows with different numbers of them. */
  @Test
  void twoRowsAreLearntByHeart() {
    Net net = SMALL.letters(12, 4).initialize(5);
    Map<String, Tensor> batch =
        Map.of(
            "x",
            NetCheck.random(6, 2, 12, 3),
            Ctc.LABELS,
            Tensor.of(new long[] {1, 2, 2, 3, -1, -1}, 2, 3));
    try (Trainer trainer =
        Trainer.builder(net).loss(Ctc.usual()).optimizer(Optimizers.adamW(0.02)).build()) {
      double first = trainer.step(batch);
      double last = first;
      for (int i = 0; i < 150; i++) {
        last = trainer.step(batch);
      }
      assertTrue(last < 0.1 * first, "loss " + first + " before, " + last + " after");
    }
  }
}
