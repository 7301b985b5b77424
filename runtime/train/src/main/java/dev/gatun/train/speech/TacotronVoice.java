package dev.gatun.train.speech;

import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.exec.StatefulSession;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Net;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A trained {@link Tacotron} that goes on by its own frames. For one thread at a time. */
public final class TacotronVoice implements AutoCloseable {
  /**
   * A text spoken.
   *
   * @param mel frames [frames, mels]
   * @param weights of the letters at each step [steps, letters]
   * @param ended whether the network said that it is done, rather than being cut off
   */
  public record Spoken(Tensor mel, Tensor weights, boolean ended) {}

  private final Tacotron tacotron;
  private final int text;
  private final Session encoder;
  private final StatefulSession decoder;
  private final Session corrector;
  private final Map<String, Tensor> first = new LinkedHashMap<>();

  /**
   * A voice.
   *
   * @param weights as {@link Tacotron#net} has them
   * @param text letters of the longest text; shorter ones are filled up, best as in training
   */
  public TacotronVoice(Tacotron tacotron, Map<String, Tensor> weights, int text) {
    this.tacotron = tacotron;
    this.text = text;
    Net step = with(tacotron.step(text), weights);
    Map<String, String> states = new LinkedHashMap<>();
    states.put("frame", "y2");
    first.put("frame", zeros(tacotron.mels()));
    List<Long> sizes = tacotron.stateSizes(text);
    for (int i = 0; i < sizes.size(); i++) {
      states.put("state" + i, "y" + (i + 3));
      first.put("state" + i, zeros(sizes.get(i)));
    }
    encoder = with(tacotron.encoder(text), weights).model().compile();
    corrector = with(tacotron.corrector(), weights).model().compile();
    decoder = new StatefulSession(step.model().graph(), states, first, SessionOptions.DEFAULT);
  }

  /** A part of the network with its weights among those of all. */
  private static Net with(Net part, Map<String, Tensor> weights) {
    Map<String, Tensor> own = new LinkedHashMap<>(weights);
    own.keySet().retainAll(part.weights().keySet());
    if (own.size() < part.weights().size()) {
      List<String> missing = new ArrayList<>(part.weights().keySet());
      missing.removeAll(own.keySet());
      throw new GatunException("tacotron: there are no weights for " + missing);
    }
    return part.withWeights(own);
  }

  private static Tensor zeros(long size) {
    return Tensor.filled(DType.F32, Shape.of(1, size), 0);
  }

  /**
   * Speaks.
   *
   * @param letters numbers from 1 on
   * @param most frames after which it is cut off
   */
  public Spoken speak(long[] letters, int most) {
    if (letters.length < 1 || letters.length > text) {
      throw new GatunException(
          "tacotron: a text has 1 to %d letters here, got %d".formatted(text, letters.length));
    }
    for (long letter : letters) {
      if (letter < 1 || letter >= tacotron.letters()) {
        throw new GatunException(
            "tacotron: letter %d is none of 1 to %d".formatted(letter, tacotron.letters() - 1));
      }
    }
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("x", Tensor.of(Arrays.copyOf(letters, text), 1, text));
    inputs.put("letters", Tensor.vector(letters.length));
    Map<String, Tensor> memory = new LinkedHashMap<>();
    memory.put("letters", Tensor.vector(letters.length));
    try (Outputs outputs = encoder.run(inputs)) {
      memory.put("memory", copy(outputs.get("y0")));
      memory.put("keys", copy(outputs.get("y1")));
    }
    first.forEach(decoder::setState);
    return spoken(memory, letters.length, most);
  }

  private Spoken spoken(Map<String, Tensor> memory, int letters, int most) {
    int size = Math.toIntExact(tacotron.mels());
    List<float[]> frames = new ArrayList<>();
    List<float[]> weights = new ArrayList<>();
    boolean ended = false;
    while (!ended && frames.size() < most) {
      try (Outputs outputs = decoder.run(memory)) {
        float[] made = outputs.get("y0").toFloats();
        float[] done = outputs.get("y1").toFloats();
        for (int i = 0; i < done.length && !ended && frames.size() < most; i++) {
          frames.add(Arrays.copyOfRange(made, i * size, (i + 1) * size));
          ended = done[i] > 0;
        }
      }
      weights.add(Arrays.copyOf(decoder.state("state" + TacotronStep.WEIGHTS).toFloats(), letters));
    }
    Tensor raw = table(frames, size).reshape(Shape.of(1, frames.size(), size));
    try (Outputs outputs = corrector.run(Map.of("x", raw))) {
      Tensor mel = copy(outputs.get("y")).reshape(Shape.of(frames.size(), size));
      return new Spoken(mel, table(weights, letters), ended);
    }
  }

  private static Tensor table(List<float[]> rows, int columns) {
    float[] all = new float[rows.size() * columns];
    for (int i = 0; i < rows.size(); i++) {
      System.arraycopy(rows.get(i), 0, all, i * columns, columns);
    }
    return Tensor.of(all, rows.size(), columns);
  }

  /** A result outlives its memory only as a copy. */
  private static Tensor copy(Tensor tensor) {
    return Tensor.of(tensor.toFloats(), tensor.shape().sizes());
  }

  @Override
  public void close() {
    encoder.close();
    decoder.close();
    corrector.close();
  }
}
