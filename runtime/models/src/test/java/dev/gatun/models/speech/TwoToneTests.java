package dev.gatun.models.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.audio.MuLaw;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Epochs;
import dev.gatun.train.Trainer;
import dev.gatun.train.data.Dataset;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.data.Sample;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.optim.Optimizers;
import dev.gatun.train.schedule.Schedules;
import dev.gatun.train.speech.WaveNet;
import dev.gatun.train.speech.WaveNetStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A WaveNet knows a waveform of two tones and noise better than linear prediction does. */
class TwoToneTests {
  private static final MuLaw LAW = new MuLaw(64);
  private static final int TRAIN = 200_000;
  private static final int TEST = 3_000;
  private static final int WINDOW = 384;

  private static long[] levels() {
    Random random = new Random(11);
    float[] samples = new float[TRAIN + TEST];
    for (int t = 0; t < samples.length; t++) {
      double tones = 0.45 * Math.sin(0.1937 * t) + 0.35 * Math.sin(0.7313 * t + 1);
      samples[t] = (float) (tones + 0.02 * random.nextGaussian());
    }
    return LAW.encode(samples);
  }

  /** Windows, of which samples that do not see their whole past do not count. */
  private static Sample window(WaveNet wavenet, long[] levels, int from) {
    long[] x = Arrays.copyOfRange(levels, from, from + WINDOW);
    long[] y = x.clone();
    Arrays.fill(y, 0, (int) wavenet.receptiveField(), -100);
    return Sample.of("x", Tensor.of(x, WINDOW), "y", Tensor.of(y, WINDOW));
  }

  @Test
  void theNormalDistributionOfTheRivalIsRight() {
    assertEquals(0.5, LinearPrediction.below(0), 1e-12);
    assertEquals(0.977249868, LinearPrediction.below(2), 1e-8);
    assertEquals(1, LinearPrediction.below(50), 1e-12);
    float[] samples = new float[2000];
    Random random = new Random(1);
    for (int t = 2; t < samples.length; t++) {
      samples[t] =
          (float) (1.2 * samples[t - 1] - 0.6 * samples[t - 2] + 0.05 * random.nextGaussian());
    }
    // Log-probability of wide levels is that of a density times their width.
    MuLaw fine = new MuLaw(1024);
    double found = new LinearPrediction(4, samples).likelihood(fine, fine.encode(samples), 16);
    double entropy = 0.5 * Math.log(2 * Math.PI * Math.E * 0.05 * 0.05);
    double width = 0;
    for (float sample : samples) {
      int level = fine.level(sample);
      width += Math.log(fine.lower(level + 1) - fine.lower(level)) / samples.length;
    }
    assertEquals(entropy - width, found, 0.05);
  }

  @Test
  @Tag("acceptance")
  void aWaveNetIsLessSurprisedThanLinearPrediction() {
    long[] levels = levels();
    long[] known = Arrays.copyOf(levels, TRAIN);
    WaveNet wavenet = WaveNet.of(LAW.levels(), 32, 7, 1);
    int field = (int) wavenet.receptiveField();
    assertEquals(128, field);
    int steps = 1200;
    IndexedDataset windows =
        Dataset.of(
            4L * steps, i -> window(wavenet, known, new Random(7919 * i).nextInt(TRAIN - WINDOW)));
    double linear =
        new LinearPrediction(16, LAW.decode(known))
            .likelihood(LAW, Arrays.copyOfRange(levels, TRAIN - field, levels.length), field);
    try (Trainer trainer =
        Trainer.builder(wavenet.net(WINDOW))
            .loss(Losses.softmaxCrossEntropy().lastAxis())
            .optimizer(Optimizers.adamW(4e-3))
            .schedule(Schedules.warmupCosine(20, steps))
            .seed(1)
            .build()) {
      trainer.fit(windows.batch(4), Epochs.of(1));
      double sum = 0;
      try (WaveNetStream stream = new WaveNetStream(wavenet, trainer.net().weights())) {
        for (int t = TRAIN - field; t < levels.length; t++) {
          float[] logits = stream.next();
          if (t >= TRAIN) {
            double all = 0;
            for (float logit : logits) {
              all += Math.exp(logit);
            }
            sum += Math.log(all) - logits[(int) levels[t]];
          }
          stream.take(levels[t]);
        }
      }
      double neural = sum / TEST;
      System.out.printf(
          "two tones, nats a sample: WaveNet %.4f, AR(16) %.4f; %s%n",
          neural, linear, trainer.resources());
      assertTrue(neural < linear, "WaveNet " + neural + ", AR(16) " + linear);
    }
  }
}
