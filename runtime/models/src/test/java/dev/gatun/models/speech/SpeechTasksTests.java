package dev.gatun.models.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.audio.LogMel;
import dev.gatun.audio.Sound;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Epochs;
import dev.gatun.train.Trainer;
import dev.gatun.train.data.Dataset;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.data.Sample;
import dev.gatun.train.loss.Ctc;
import dev.gatun.train.metric.ErrorRate;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Clipping;
import dev.gatun.train.optim.Optimizers;
import dev.gatun.train.schedule.Schedules;
import dev.gatun.train.speech.AcousticModel;
import dev.gatun.train.speech.Tacotron;
import dev.gatun.train.speech.TacotronLoss;
import dev.gatun.train.speech.TacotronVoice;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Speech in a language of tones: written down, spoken and read back. */
class SpeechTasksTests {
  private static final int MELS = ToneSpeech.FEATURES.filters().mels();
  private static final int TIME = 120;
  private static final int LONGEST = 14;
  private static final AcousticModel MODEL = AcousticModel.of(MELS, 64);

  private static Net recognizer(int steps) {
    IndexedDataset sounds =
        Dataset.of(
            16L * steps,
            i -> {
              Random random = new Random(i);
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

  private static LetterRecognizer listening(Net net) {
    return new LetterRecognizer(ToneSpeech.FEATURES, ToneSpeech.LETTERS, MODEL, net, 1);
  }

  @Test
  void lettersHaveNumbers() {
    SpokenLetters letters = ToneSpeech.LETTERS;
    assertEquals(10, letters.count());
    assertEquals("a bh", letters.text(List.of(1, 9, 2, 8)));
    assertEquals(List.of(1L, 9L, 2L), Arrays.stream(letters.numbers("a b")).boxed().toList());
    GatunException other = assertThrows(GatunException.class, () -> letters.numbers("abx"));
    assertTrue(String.valueOf(other.getMessage()).contains("'x' of 'abx'"));
    assertThrows(GatunException.class, () -> letters.text(List.of(0)));
    assertThrows(GatunException.class, () -> new SpokenLetters("aa"));
    LogMel narrow = LogMel.of(8000, 256, 128, 20);
    Net net = MODEL.letters(TIME, letters.count());
    assertThrows(GatunException.class, () -> new LetterRecognizer(narrow, letters, MODEL, net, 1));
    Tacotron tacotron = Tacotron.of(5, MELS, 4);
    assertThrows(
        GatunException.class,
        () -> new Synthesizer(ToneSpeech.FEATURES, letters, tacotron, Map.of(), 4));
  }

  /** Untrained networks take any sound and give some text, and the other way round. */
  @Test
  void soundsHaveTextsAndTextsSounds() {
    Net net = MODEL.letters(TIME, ToneSpeech.LETTERS.count());
    Random random = new Random(1);
    float[] samples = ToneSpeech.sound("ab c", ToneSpeech.Speaker.usual(random), random);
    try (LetterRecognizer greedy = listening(net);
        LetterRecognizer beam =
            new LetterRecognizer(ToneSpeech.FEATURES, ToneSpeech.LETTERS, MODEL, net, 4)) {
      Sound sound = Sound.of(16_000, samples, samples);
      assertEquals(
          greedy.text(sound), greedy.text(Sound.of(16_000, samples).resampled(ToneSpeech.RATE)));
      assertTrue(beam.text(sound).chars().allMatch(c -> "abcdefgh ".indexOf(c) >= 0));
    }
    Tacotron tacotron = Tacotron.of(ToneSpeech.LETTERS.count(), MELS, 4);
    try (Synthesizer voice =
        new Synthesizer(
            ToneSpeech.FEATURES, ToneSpeech.LETTERS, tacotron, tacotron.net(3, 2).weights(), 3)) {
      Sound sound = voice.speak("abc", 0.2);
      assertEquals(ToneSpeech.RATE, sound.sampleRate());
      assertTrue(sound.seconds() <= 0.2);
      assertThrows(GatunException.class, () -> voice.speak("abcd", 1));
    }
  }

  @Test
  @Tag("acceptance")
  void tonesAreWrittenDownAndTextsAreReadBack() {
    Net net = recognizer(700);
    try (LetterRecognizer recognizer = listening(net)) {
      ErrorRate errors = ErrorRate.words();
      for (int i = 0; i < 300; i++) {
        Random random = new Random(-1 - i);
        String text = ToneSpeech.sentence(random);
        float[] sound = ToneSpeech.sound(text, ToneSpeech.Speaker.usual(random), random);
        String found = recognizer.text(Sound.of(ToneSpeech.RATE, sound));
        errors.update(List.of(found.split(" ")), List.of(List.of(text.split(" "))));
      }
      System.out.printf("tones written down: word error rate %.4f%n", errors.result());
      assertTrue(errors.result() < 0.02, "word error rate " + errors.result());
      readBack(recognizer);
    }
  }

  private static final int WORD = 6;
  private static final int FRAMES = 50;

  /** One voice, so that a text has one sound. */
  private static final ToneSpeech.Speaker VOICE = new ToneSpeech.Speaker(1, 0.4, 0.096, 0, 0.003);

  private static Sample lesson(long seed) {
    Random random = new Random(seed);
    String text = ToneSpeech.word(random, 3, WORD);
    Tensor frames = ToneSpeech.FEATURES.frames(ToneSpeech.sound(text, VOICE, random));
    long[] numbers = ToneSpeech.LETTERS.numbers(text);
    return Sample.of(
        Map.of(
            "x",
            Tensor.of(Arrays.copyOf(numbers, WORD), WORD),
            "letters",
            Tensor.scalar(numbers.length),
            "mel",
            Tensor.of(Arrays.copyOf(frames.toFloats(), FRAMES * MELS), FRAMES, MELS),
            "frames",
            Tensor.scalar(frames.shape().size(0))),
        text);
  }

  private static void readBack(LetterRecognizer recognizer) {
    Tacotron tacotron = Tacotron.of(ToneSpeech.LETTERS.count(), MELS, 64).perStep(2);
    int steps = 1000;
    int right = 0;
    int count = 100;
    int ended = 0;
    try (Trainer trainer =
        Trainer.builder(tacotron.net(WORD, FRAMES))
            .loss(TacotronLoss.usual())
            .optimizer(Optimizers.adamW(2e-3))
            .schedule(Schedules.warmupCosine(50, steps))
            .clip(Clipping.norm(1))
            .seed(1)
            .build()) {
      trainer.fit(Dataset.of(16L * steps, SpeechTasksTests::lesson).batch(16), Epochs.of(1));
      try (Synthesizer synthesizer =
          new Synthesizer(
              ToneSpeech.FEATURES, ToneSpeech.LETTERS, tacotron, trainer.net().weights(), WORD)) {
        for (int i = 0; i < count; i++) {
          String text = ToneSpeech.word(new Random(-1 - i), 3, WORD);
          TacotronVoice.Spoken spoken = synthesizer.frames(text, 2 * FRAMES);
          ended += spoken.ended() ? 1 : 0;
          String heard = recognizer.text(synthesizer.speak(text, 2));
          right += heard.strip().equals(text) ? 1 : 0;
        }
      }
    }
    System.out.printf("texts read back: %d of %d, %d ended%n", right, count, ended);
    assertTrue(right >= 0.95 * count, right + " of " + count);
  }
}
