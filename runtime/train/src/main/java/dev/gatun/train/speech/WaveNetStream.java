package dev.gatun.train.speech;

import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.exec.StatefulSession;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Net;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * A {@link WaveNet} that gives one sample after the other: each layer remembers the inputs that it
 * will need again (Le Paine and others 2016), so a sample costs as much as there are layers,
 * however long the waveform is. For one thread at a time.
 */
public final class WaveNetStream implements AutoCloseable {
  private final WaveNet wavenet;
  private final StatefulSession session;
  private final Map<String, Tensor> first = new LinkedHashMap<>();
  private long before = WaveNet.NONE;

  /** A stream of a network with weights, as {@link WaveNet#net} has them. */
  public WaveNetStream(WaveNet wavenet, Map<String, Tensor> weights) {
    this.wavenet = wavenet;
    Net step = wavenet.step().withWeights(weights);
    Map<String, String> states = new LinkedHashMap<>();
    for (int i = 0; i < wavenet.dilations().size(); i++) {
      states.put("queue" + i, "y" + (i + 1));
      first.put("queue" + i, wavenet.nothing(i));
    }
    session =
        new StatefulSession(step.model().graph(), states, first, SessionOptions.DEFAULT.threads(1));
  }

  /** Logits of the first sample, or of the one behind what {@link #take} got; no conditions. */
  public float[] next() {
    return next(new float[0]);
  }

  /**
   * Logits of the next sample, one a level; then {@link #take} must say which it is.
   *
   * @param condition of the next sample
   */
  public float[] next(float[] condition) {
    if (condition.length != wavenet.conditions()) {
      throw new GatunException(
          "wavenet: a frame has %d conditions, got %d"
              .formatted(wavenet.conditions(), condition.length));
    }
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("x", Tensor.of(new long[] {before}, 1, 1));
    if (condition.length > 0) {
      inputs.put("condition", Tensor.of(condition, 1, 1, condition.length));
    }
    try (Outputs outputs = session.run(inputs)) {
      return outputs.get("y0").toFloats();
    }
  }

  /** Says what the sample is whose logits {@link #next} gave. */
  public void take(long level) {
    if (level < 0 || level >= wavenet.levels()) {
      throw new GatunException(
          "wavenet: level %d is none of %d levels".formatted(level, wavenet.levels()));
    }
    before = level;
  }

  /** Forgets all samples. */
  public void reset() {
    before = WaveNet.NONE;
    first.forEach(session::setState);
  }

  /**
   * A waveform of levels from its beginning on.
   *
   * @param beginning levels that are given
   * @param conditions one frame for every {@code hop} samples; none for a network without
   * @param samples of all, the beginning counts
   * @param temperature what logits are divided by; 0 takes the likeliest level
   */
  public long[] generate(
      long[] beginning,
      float[][] conditions,
      int samples,
      double temperature,
      RandomGenerator random) {
    boolean conditioned = wavenet.conditions() > 0;
    if (conditioned && conditions.length * wavenet.hop() < samples) {
      throw new GatunException(
          "wavenet: %d frames are enough for %d samples, not for %d"
              .formatted(conditions.length, conditions.length * wavenet.hop(), samples));
    }
    if (!(temperature >= 0)) {
      throw new GatunException("wavenet: the temperature must be 0 or more, got " + temperature);
    }
    reset();
    long[] levels = new long[samples];
    for (int t = 0; t < samples; t++) {
      float[] logits = next(conditioned ? conditions[(int) (t / wavenet.hop())] : new float[0]);
      levels[t] = t < beginning.length ? beginning[t] : drawn(logits, temperature, random);
      take(levels[t]);
    }
    return levels;
  }

  private static int drawn(float[] logits, double temperature, RandomGenerator random) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    if (temperature == 0) {
      return best;
    }
    double[] sums = new double[logits.length];
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      sum += Math.exp((logits[i] - logits[best]) / temperature);
      sums[i] = sum;
    }
    double wanted = random.nextDouble() * sum;
    for (int i = 0; i < sums.length; i++) {
      if (wanted < sums[i]) {
        return i;
      }
    }
    return best;
  }

  @Override
  public void close() {
    session.close();
  }
}
