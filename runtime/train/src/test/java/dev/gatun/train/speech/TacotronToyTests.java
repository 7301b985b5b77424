package dev.gatun.train.speech;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Epochs;
import dev.gatun.train.Trainer;
import dev.gatun.train.data.Dataset;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.data.Sample;
import dev.gatun.train.optim.Clipping;
import dev.gatun.train.optim.Optimizers;
import dev.gatun.train.schedule.Schedules;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every letter is a tone of its own pitch and length: a Tacotron learns to sing texts. */
class TacotronToyTests {
  private static final int LETTERS = 8;
  private static final int MELS = 12;
  private static final int LONGEST = 7;
  private static final int TIME = 36;
  private static final Tacotron TACOTRON = Tacotron.of(LETTERS + 1, MELS, 64).perStep(2);

  private static long[] text(long seed) {
    Random random = new Random(seed);
    return random.longs(3 + random.nextInt(LONGEST - 2), 1, LETTERS + 1).toArray();
  }

  private static int frames(long letter) {
    return 3 + (int) (letter % 3);
  }

  /** A peak at the letter's pitch, for as many frames as the letter lasts. */
  private static Sample sample(long[] letters) {
    float[] mel = new float[TIME * MELS];
    int t = 0;
    for (long letter : letters) {
      for (int end = t + frames(letter); t < end; t++) {
        for (int i = 0; i < MELS; i++) {
          double away = i - 1.3 * letter;
          mel[t * MELS + i] = (float) Math.exp(-away * away / 2);
        }
      }
    }
    return Sample.of(
        Map.of(
            "x",
            Tensor.of(Arrays.copyOf(letters, LONGEST), LONGEST),
            "letters",
            Tensor.scalar(letters.length),
            "mel",
            Tensor.of(mel, TIME, MELS),
            "frames",
            Tensor.scalar(t)),
        "toy");
  }

  @Test
  @Tag("acceptance")
  void lettersBecomeTones() {
    int steps = 1000;
    IndexedDataset texts = Dataset.of(16L * steps, i -> sample(text(i)));
    try (Trainer trainer =
        Trainer.builder(TACOTRON.net(LONGEST, TIME))
            .loss(TacotronLoss.usual())
            .optimizer(Optimizers.adamW(2e-3))
            .schedule(Schedules.warmupCosine(50, steps))
            .clip(Clipping.norm(1))
            .seed(1)
            .build()) {
      trainer.fit(texts.batch(16), Epochs.of(1));
      int tests = 50;
      double squares = 0;
      double worst = 0;
      long numbers = 0;
      int late = 0;
      try (TacotronVoice voice = new TacotronVoice(TACOTRON, trainer.net().weights(), LONGEST)) {
        for (int i = 0; i < tests; i++) {
          long[] letters = text(-1 - i);
          Sample wanted = sample(letters);
          int length = (int) wanted.get("frames").getLong(0);
          TacotronVoice.Spoken spoken = voice.speak(letters, TIME + 10);
          int found = (int) spoken.mel().shape().size(0);
          late = Math.max(late, Math.abs(found - length));
          double error = 0;
          for (int k = 0; k < Math.min(found, length) * MELS; k++) {
            error += Math.pow(spoken.mel().getFloat(k) - wanted.get("mel").getFloat(k), 2);
            numbers++;
          }
          squares += error;
          worst = Math.max(worst, error / (Math.min(found, length) * MELS));
          monotonic(spoken.weights(), letters.length);
          assertTrue(spoken.ended(), "text " + i + " does not end");
        }
      }
      System.out.printf(
          "tones of letters: mean squared error %.5f, worst text %.5f, end off by at most %d; %s%n",
          squares / numbers, worst, late, trainer.resources());
      assertTrue(squares / numbers < 0.01, "error " + squares / numbers);
      assertTrue(late <= 2, "the end is " + late + " frames away");
    }
  }

  /** The letter that is looked at most never goes back, and the last is reached. */
  private static void monotonic(Tensor weights, int letters) {
    int last = 0;
    for (int t = 0; t < weights.shape().size(0); t++) {
      int best = 0;
      for (int i = 0; i < letters; i++) {
        best =
            weights.getFloat((long) t * letters + i) > weights.getFloat((long) t * letters + best)
                ? i
                : best;
      }
      assertTrue(best >= last, "from letter " + last + " back to " + best + ": " + weights);
      last = best;
    }
    assertTrue(last >= letters - 1, "the last letter looked at is " + last + " of " + letters);
  }
}
