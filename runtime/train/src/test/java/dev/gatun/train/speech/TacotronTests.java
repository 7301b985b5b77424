package dev.gatun.train.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Outputs;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import dev.gatun.train.net.Net;
import dev.gatun.train.net.NetCheck;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Attention by place, the network of all frames, and the voice that goes frame by frame. */
class TacotronTests {
  private static final Tacotron SMALL =
      new Tacotron(6, 3, 4, 5, 4, new LocationAttention(3, 2, 3), 2, 1, 2, 0);

  @Test
  void attentionByPlaceHasValuesAndGradients() {
    LocationAttention attention = new LocationAttention(5, 3, 4);
    Net net =
        Net.of(
            List.of(
                Input.of("query", 4),
                Input.of("memory", 7, 6),
                Input.of("before", 2, 7),
                new Input("seen", DType.BOOL, Shape.of(7))),
            in ->
                attention.call(
                    in.get(0), in.get(1), in.get(1).then(attention::keys), in.get(2), in.get(3)));
    boolean[] seen = new boolean[14];
    Arrays.fill(seen, true);
    seen[6] = false;
    seen[7] = false;
    Tensor[] inputs = {
      NetCheck.random(1, 2, 4),
      NetCheck.random(2, 2, 7, 6),
      NetCheck.random(3, 2, 2, 7),
      Tensor.of(seen, 2, 7)
    };
    NetCheck.check(net, inputs);
    float[] weights = NetCheck.run(net, inputs).get("y1").toFloats();
    assertEquals(0, weights[6]);
    assertEquals(0, weights[7]);
    assertEquals(
        1, weights[0] + weights[1] + weights[2] + weights[3] + weights[4] + weights[5], 1e-5f);
    // Where it has been decides.
    inputs[2] = NetCheck.random(4, 2, 2, 7);
    assertTrue(Math.abs(NetCheck.run(net, inputs).get("y1").getFloat(0) - weights[0]) > 1e-4f);
  }

  @Test
  void wrongShapesAreNamed() {
    LocationAttention attention = new LocationAttention(5, 3, 4);
    List<Input> inputs = List.of(Input.of("query", 4), Input.of("memory", 7, 6));
    GatunException wrong =
        assertThrows(
            GatunException.class,
            () -> Net.of(inputs, in -> attention.call(in.get(0), in.get(1), in.get(1), in.get(1))));
    assertTrue(String.valueOf(wrong.getMessage()).contains("keys [N, S, 5]"), wrong::getMessage);
    assertThrows(GatunException.class, () -> SMALL.net(4, 5)); // two frames a step
    assertThrows(GatunException.class, () -> Tacotron.of(6, 3, 5)); // an odd width
    Map<String, Tensor> weights = SMALL.net(4, 4).initialize(1).weights();
    try (TacotronVoice voice = new TacotronVoice(SMALL, weights, 4)) {
      assertThrows(GatunException.class, () -> voice.speak(new long[5], 10));
      assertThrows(GatunException.class, () -> voice.speak(new long[] {0}, 10));
      assertThrows(GatunException.class, () -> voice.speak(new long[] {6}, 10));
    }
    weights = Map.of("letters.weight", Tensor.of(new float[24], 6, 4));
    Map<String, Tensor> few = weights;
    assertThrows(GatunException.class, () -> new TacotronVoice(SMALL, few, 4));
  }

  /** The published network without its convolutions behind: sizes as the paper gives them. */
  @Test
  void thePublishedSize() {
    long encoder =
        64 * 512L + 3 * (512 * 512 * 5L + 2 * 512) + 2 * (4 * 256 * (512 + 256L) + 2 * 1024);
    long keys = 512 * 128L;
    long prenet = 80 * 256L + 256 + 256 * 256 + 256;
    long lstms = 4096 * (256 + 512 + 1024L) + 2 * 4096 + 4096 * (1024 + 512 + 1024L) + 2 * 4096;
    long attention = 2 * 32 * 31L + 32 * 128 + 1024 * 128 + 128 + 128;
    long heads = (1024 + 512) * 80L + 80 + 1024 + 512 + 1;
    long after = 80 * 512 * 5L + 3 * 512 * 512 * 5L + 4 * 1024 + 512 * 80 * 5L + 80;
    assertEquals(
        encoder + keys + prenet + lstms + attention + heads + after,
        Tacotron.published(64).net(3, 2).parameterCount());
  }

  private static Map<String, Tensor> inputs(long[] letters, Tensor mel) {
    Map<String, Tensor> all = new HashMap<>();
    all.put("x", Tensor.of(letters, 1, letters.length));
    all.put("letters", Tensor.vector(Arrays.stream(letters).filter(l -> l > 0).count()));
    all.put("mel", mel);
    all.put("frames", Tensor.vector(mel.shape().size(1)));
    return all;
  }

  /** What it says by itself is what it says when it is given its own frames. */
  @Test
  void frameByFrameIsAsAllAtOnce() {
    Net net = SMALL.net(5, 8).initialize(4);
    TacotronVoice.Spoken spoken;
    try (TacotronVoice voice = new TacotronVoice(SMALL, net.weights(), 5)) {
      spoken = voice.speak(new long[] {3, 1, 5}, 8);
    }
    int frames = (int) spoken.mel().shape().size(0);
    assertEquals(3, spoken.weights().shape().size(1));
    // Without corrections the frames are those that go back into the decoder.
    Tacotron bare = new Tacotron(6, 3, 4, 5, 4, SMALL.attention(), 2, 1, 0, 0);
    Net whole = bare.net(5, 8);
    Map<String, Tensor> own = new HashMap<>(net.weights());
    own.keySet().retainAll(whole.weights().keySet());
    whole = whole.withWeights(own);
    float[] mel = new float[24];
    try (TacotronVoice voice = new TacotronVoice(bare, own, 5)) {
      float[] raw = voice.speak(new long[] {3, 1, 5}, 8).mel().toFloats();
      System.arraycopy(raw, 0, mel, 0, raw.length);
    }
    try (var session = whole.model().compile();
        Outputs outputs =
            session.run(inputs(new long[] {3, 1, 5, 0, 0}, Tensor.of(mel, 1, 8, 3)))) {
      for (int i = 0; i < frames * 3; i++) {
        assertEquals(mel[i], outputs.get("y0").getFloat(i), 1e-5f);
      }
      float[] weights = outputs.get("y3").toFloats();
      for (int t = 0; t < (frames + 1) / 2; t++) {
        for (int i = 0; i < 3; i++) {
          assertEquals(spoken.weights().getFloat(t * 3L + i), weights[t * 5 + i], 1e-5f);
        }
        assertEquals(0, weights[t * 5 + 3]);
      }
      boolean ended = outputs.get("y2").getFloat(frames - 1) > 0;
      assertEquals(ended, spoken.ended());
      for (int t = 0; t < frames - 1; t++) {
        assertFalse(outputs.get("y2").getFloat(t) > 0);
      }
    }
    // Corrections are those of all frames.
    try (var session = net.model().compile();
        Outputs outputs =
            session.run(inputs(new long[] {3, 1, 5, 0, 0}, Tensor.of(mel, 1, 8, 3)))) {
      if (frames == 8) {
        for (int i = 0; i < 24; i++) {
          assertEquals(spoken.mel().getFloat(i), outputs.get("y1").getFloat(i), 1e-5f);
        }
      }
    }
  }

  @Test
  void valuesAndGradients() {
    Tensor[] inputs = {
      Tensor.of(new long[] {1, 4, 2, 0, 5, 3, 3, 1}, 2, 4),
      Tensor.vector(3, 4),
      NetCheck.random(1, 2, 4, 3),
      Tensor.vector(4, 3)
    };
    Net all = Net.of(SMALL.inputs(4, 4), in -> SMALL.outputs(in, 4, 4).subList(0, 4));
    NetCheck.check(all.initialize(3), inputs);
  }

  /** Frames and letters that do not count have no part in the loss. */
  @Test
  void theLossIsOfWhatCounts() {
    Net loss =
        Net.of(
            List.of(
                Input.of("made", 4, 3),
                Input.of("done", 4),
                Input.of("weights", 2, 4),
                Input.of("mel", 4, 3),
                new Input("letters", DType.I64, Shape.SCALAR),
                new Input("frames", DType.I64, Shape.SCALAR)),
            in -> {
              List<Flow> outputs =
                  List.of(
                      in.get(0), in.get(0), in.get(1), in.get(2), in.get(3), in.get(4), in.get(5));
              TacotronLoss rule = new TacotronLoss(0.5, 2, 0.4);
              return List.of(rule.value(outputs, List.of(), Optional.empty()).unsqueeze(0));
            });
    float[] made = NetCheck.random(1, 2, 4, 3).toFloats();
    float[] mel = NetCheck.random(2, 2, 4, 3).toFloats();
    float[] done = NetCheck.random(3, 2, 4).toFloats();
    float[] weights = new float[16];
    Arrays.fill(weights, 0.25f);
    long[] frames = {4, 2};
    long[] letters = {4, 3};
    double squares = 0;
    double surprise = 0;
    double away = 0;
    for (int n = 0; n < 2; n++) {
      for (int t = 0; t < 4; t++) {
        for (int i = 0; t < frames[n] && i < 3; i++) {
          squares += 2 * Math.pow(made[n * 12 + t * 3 + i] - mel[n * 12 + t * 3 + i], 2) / 3 / 6;
        }
        double logit = done[n * 4 + t];
        surprise += Math.log1p(Math.exp(t >= frames[n] - 1 ? -logit : logit)) / 8;
      }
      for (int step = 0; 2L * step < frames[n]; step++) {
        for (int s = 0; s < 4; s++) {
          double d = 2.0 * step / frames[n] - (double) s / letters[n];
          away += 0.25 * (1 - Math.exp(-d * d / (2 * 0.4 * 0.4))) / 3;
        }
      }
    }
    Tensor[] inputs = {
      Tensor.of(made, 2, 4, 3),
      Tensor.of(done, 2, 4),
      Tensor.of(weights, 2, 2, 4),
      Tensor.of(mel, 2, 4, 3),
      Tensor.vector(letters),
      Tensor.vector(frames)
    };
    NetCheck.check(loss, inputs);
    assertEquals(
        squares + 0.5 * surprise + 2 * away,
        NetCheck.run(loss, inputs).get("y0").getFloat(0),
        1e-5);
  }
}
