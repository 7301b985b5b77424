package dev.gatun.models.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Epochs;
import dev.gatun.train.Trainer;
import dev.gatun.train.Transfer;
import dev.gatun.train.data.Dataset;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.data.Sample;
import dev.gatun.train.loss.Ctc;
import dev.gatun.train.metric.Metrics;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Clipping;
import dev.gatun.train.optim.Optimizers;
import dev.gatun.train.schedule.Schedules;
import dev.gatun.train.speech.AcousticModel;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Voice commands of speakers that nobody heard before, from ten examples a command: an encoder that
 * learnt to write down other speakers' letters knows what to listen to.
 */
@Tag("acceptance")
class CommandAdaptationTests {
  private static final int MELS = ToneSpeech.FEATURES.filters().mels();
  private static final int TIME = 120;
  private static final int LONGEST = 14;
  private static final int EXAMPLES = 10;
  private static final AcousticModel MODEL = AcousticModel.of(MELS, 64);

  /** Of the same letters, so that their order tells them apart. */
  private static final List<String> COMMANDS =
      List.of(
          "abcd", "abdc", "acbd", "acdb", "adbc", "adcb", "bacd", "badc", "bcad", "bcda", "bdac",
          "bdca", "cabd", "cadb", "cbad", "cbda", "cdab", "cdba", "dabc", "dacb", "dbac", "dbca",
          "dcab", "dcba");

  /**
   * Higher, less steady, with more overtones and much more noise than any that was heard. With
   * noise of 0.25 a net from scratch needs 75 epochs and then makes no mistakes, either; with 0.6
   * nobody understands a thing.
   */
  private static ToneSpeech.Speaker shifted(Random random) {
    return new ToneSpeech.Speaker(
        1.06 + 0.04 * random.nextDouble(),
        0.7 + 0.3 * random.nextDouble(),
        0.08 + 0.06 * random.nextDouble(),
        0.5,
        0.35);
  }

  private static Net pretrained(int steps) {
    IndexedDataset sounds =
        Dataset.of(
            16L * steps,
            i -> {
              Random random = new Random(new SplittableRandom(i).nextLong());
              String text = ToneSpeech.sentence(random);
              float[] sound = ToneSpeech.sound(text, ToneSpeech.Speaker.usual(random), random);
              return ToneSpeech.sample(text, sound, TIME, LONGEST);
            });
    try (Trainer trainer =
        Trainer.builder(MODEL.letters(TIME, ToneSpeech.LETTERS.count()))
            .loss(Ctc.usual())
            .optimizer(Optimizers.adamW(3e-3))
            .schedule(Schedules.warmupCosine(30, steps))
            .clip(Clipping.norm(2))
            .seed(1)
            .build()) {
      trainer.fit(sounds.batch(16), Epochs.of(1));
      return trainer.net();
    }
  }

  /** So many examples of each command. */
  private static IndexedDataset commands(int each, long seed) {
    return Dataset.of(
        (long) each * COMMANDS.size(),
        i -> {
          Random random = new Random(new SplittableRandom(seed + i).nextLong());
          int command = (int) (i % COMMANDS.size());
          float[] sound = ToneSpeech.sound(COMMANDS.get(command), shifted(random), random);
          return Sample.of("x", ToneSpeech.padded(sound, TIME), "y", Tensor.scalar(command));
        });
  }

  private static double adapted(Net net, long seed) {
    int epochs = 75;
    long steps = epochs * (long) Math.ceilDiv(EXAMPLES * COMMANDS.size(), 12);
    try (Trainer trainer =
        Trainer.builder(net)
            .optimizer(Optimizers.adamW(2e-3))
            .schedule(Schedules.warmupCosine(20, steps))
            .clip(Clipping.norm(2))
            .metrics(Metrics.accuracy())
            .seed(seed)
            .build()) {
      trainer.fit(commands(EXAMPLES, 1_000_000).shuffle(seed).batch(12), Epochs.of(epochs));
      return trainer.evaluate(commands(30, 2_000_000).batch(60)).getOrDefault("accuracy", 0.0);
    }
  }

  @Test
  void tenExamplesACommandAreEnoughForAnEncoderThatHeardOthers() {
    Net scratch = MODEL.commands(TIME, COMMANDS.size()).initialize(3);
    Transfer transfer = Transfer.of(pretrained(400).weights(), scratch);
    assertEquals(2, transfer.missing().size(), transfer::toString);
    double without = adapted(scratch, 3);
    double with = adapted(transfer.net(), 3);
    System.out.printf(
        "%d commands of new speakers, %d examples each: from scratch %.3f, pretrained %.3f%n",
        COMMANDS.size(), EXAMPLES, without, with);
    assertTrue(with >= without + 0.1, without + " -> " + with);
    assertTrue(with >= 0.7, "accuracy " + with);
  }
}
