package dev.gatun.train.speech;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Outputs;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Net;
import dev.gatun.train.net.NetCheck;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A WaveNet sees what it should, and says the same sample by sample. */
class WaveNetTests {
  private static final WaveNet SMALL =
      new WaveNet(16, 6, 5, 24, 2, List.of(1L, 2L, 4L, 1L, 2L, 4L), 0, 1);

  private static long[] levels(long seed, int count, long levels) {
    Random random = new Random(seed);
    return random.longs(count, 0, levels).toArray();
  }

  private static float[] logits(Net net, Map<String, Tensor> inputs) {
    try (var session = net.model().compile();
        Outputs outputs = session.run(inputs)) {
      return outputs.get("y").toFloats();
    }
  }

  private static Map<String, Tensor> of(long[] levels) {
    return Map.of("x", Tensor.of(levels, 1, levels.length));
  }

  /** Samples before sample t that change its logits are exactly the last receptiveField() ones. */
  private static void field(WaveNet wavenet, long expected) {
    assertEquals(expected, wavenet.receptiveField());
    // Skips are wide, so that some of their rectifiers are open.
    int samples = (int) expected + 8;
    Net net = wavenet.net(samples).initialize(3);
    long[] x = levels(1, samples, wavenet.levels());
    float[] first = logits(net, of(x));
    int q = (int) wavenet.levels();
    for (int moved = 0; moved < samples; moved++) {
      long[] other = x.clone();
      other[moved] = (other[moved] + 5) % q;
      float[] second = logits(net, of(other));
      for (int t = 0; t < samples; t++) {
        boolean differs = false;
        for (int i = 0; i < q; i++) {
          differs |= first[t * q + i] != second[t * q + i];
        }
        boolean seen = moved < t && moved >= t - expected;
        assertEquals(seen, differs, "logits of " + t + ", sample " + moved + " changed");
      }
    }
  }

  @Test
  void theReceptiveFieldIsAsComputed() {
    field(SMALL, 15);
    field(new WaveNet(16, 4, 5, 24, 3, List.of(1L, 3L), 0, 1), 9);
  }

  @Test
  void valuesAndGradients() {
    WaveNet wavenet = WaveNet.of(8, 4, 2, 2);
    NetCheck.check(wavenet.net(11).initialize(3), Tensor.of(levels(4, 22, 8), 2, 11));
    WaveNet heard = wavenet.conditioned(3, 4);
    NetCheck.check(
        heard.net(11).initialize(3),
        Tensor.of(levels(4, 22, 8), 2, 11),
        NetCheck.random(5, 2, 3, 3));
  }

  @Test
  void samplesOneByOneAreThoseOfAllAtOnce() {
    for (long conditions : new long[] {0, 3}) {
      WaveNet wavenet = SMALL.conditioned(conditions, 7);
      int samples = 40;
      Net net = wavenet.net(samples).initialize(5);
      float[][] frames = new float[6][(int) conditions];
      float[] flat = new float[6 * (int) conditions];
      Random random = new Random(3);
      for (int i = 0; i < flat.length; i++) {
        flat[i] = (float) random.nextGaussian();
        frames[i / 3][i % 3] = flat[i];
      }
      try (WaveNetStream stream = new WaveNetStream(wavenet, net.weights())) {
        long[] beginning = levels(7, 9, 16);
        long[] made = stream.generate(beginning, frames, samples, 1, new Random(1));
        for (int i = 0; i < 9; i++) {
          assertEquals(beginning[i], made[i]);
        }
        Map<String, Tensor> inputs = new java.util.HashMap<>(of(made));
        if (conditions > 0) {
          inputs.put("condition", Tensor.of(flat, 1, 6, conditions));
        }
        float[] all = logits(net, inputs);
        stream.reset();
        for (int t = 0; t < samples; t++) {
          float[] one = stream.next(frames[t / 7]);
          for (int i = 0; i < 16; i++) {
            assertEquals(all[t * 16 + i], one[i], 2e-5f, "level " + i + " of sample " + t);
          }
          stream.take(made[t]);
        }
        // The same random numbers draw the same samples, others do not.
        assertArrayEquals(made, stream.generate(beginning, frames, samples, 1, new Random(1)));
        long[] others = stream.generate(beginning, frames, samples, 1, new Random(2));
        assertFalse(Arrays.equals(made, others));
        // Without chance each sample is the likeliest of a pass over all.
        long[] likeliest = stream.generate(beginning, frames, samples, 0, new Random(1));
        inputs.putAll(of(likeliest));
        all = logits(net, inputs);
        for (int t = 9; t < samples; t++) {
          for (int i = 0; i < 16; i++) {
            assertTrue(all[t * 16 + i] <= all[t * 16 + (int) likeliest[t]] + 2e-5f);
          }
        }
      }
    }
  }

  @Test
  void wrongSizesAreNamed() {
    assertThrows(GatunException.class, () -> WaveNet.of(1, 4, 2, 1));
    assertThrows(GatunException.class, () -> WaveNet.of(8, 4, 0, 1));
    assertThrows(GatunException.class, () -> SMALL.net(0));
    WaveNet heard = SMALL.conditioned(2, 10);
    try (WaveNetStream stream = new WaveNetStream(heard, heard.net(20).initialize(1).weights())) {
      GatunException few =
          assertThrows(
              GatunException.class,
              () -> stream.generate(new long[0], new float[1][2], 11, 1, new Random(1)));
      assertTrue(String.valueOf(few.getMessage()).contains("10 samples, not for 11"));
      assertThrows(GatunException.class, stream::next);
      assertThrows(GatunException.class, () -> stream.take(16));
    }
  }
}
