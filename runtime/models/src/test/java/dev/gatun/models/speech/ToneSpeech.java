package dev.gatun.models.speech;

import dev.gatun.audio.LogMel;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.Sample;
import dev.gatun.train.loss.Ctc;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;

/** A language of tones: each letter is a pitch with an overtone, a space is a pause. */
final class ToneSpeech {
  static final SpokenLetters LETTERS = new SpokenLetters("abcdefgh ");
  static final int RATE = 8000;
  static final LogMel FEATURES = LogMel.of(RATE, 256, 128, 32);

  /**
   * Who speaks.
   *
   * @param pitch times the pitches of the letters
   * @param overtone how loud it is
   * @param letter seconds of a letter
   * @param unsteady part by which letters are longer or shorter
   * @param noise deviation of noise
   */
  record Speaker(double pitch, double overtone, double letter, double unsteady, double noise) {
    /** A usual voice; pitches of letters are a quarter apart, those of speakers less. */
    static Speaker usual(Random random) {
      return new Speaker(
          0.95 + 0.1 * random.nextDouble(),
          0.2 + 0.4 * random.nextDouble(),
          0.07 + 0.03 * random.nextDouble(),
          0.2,
          0.02);
    }
  }

  private ToneSpeech() {}

  /** A word of so many letters. */
  static String word(Random random, int least, int most) {
    StringBuilder word = new StringBuilder();
    int length = least + random.nextInt(most - least + 1);
    for (int i = 0; i < length; i++) {
      word.append((char) ('a' + random.nextInt(8)));
    }
    return word.toString();
  }

  /** Words with spaces between them. */
  static String sentence(Random random) {
    String[] words = new String[2 + random.nextInt(2)];
    Arrays.setAll(words, i -> word(random, 2, 4));
    return String.join(" ", words);
  }

  /** The sound of a text; letters swell and fade, so that two of the same can be told. */
  static float[] sound(String text, Speaker speaker, Random random) {
    float[] sound = new float[RATE * 4];
    double at = 0.03 * RATE;
    for (int i = 0; i < text.length(); i++) {
      char letter = text.charAt(i);
      double length =
          speaker.letter * RATE * (1 + speaker.unsteady * (2 * random.nextDouble() - 1));
      if (letter != ' ') {
        double hertz = 400 * Math.pow(1.25, letter - 'a') * speaker.pitch;
        for (int t = 0; t < length; t++) {
          double swell = Math.sin(Math.PI * t / length);
          double angle = 2 * Math.PI * hertz * t / RATE;
          sound[(int) at + t] +=
              (float)
                  (0.5 * swell * (Math.sin(angle) + speaker.overtone * Math.sin(2 * angle + 0.5)));
        }
      }
      at += length;
    }
    float[] heard = Arrays.copyOf(sound, (int) (at + 0.03 * RATE));
    for (int t = 0; t < heard.length; t++) {
      heard[t] += (float) (speaker.noise * random.nextGaussian());
    }
    return heard;
  }

  /** Frames and labels, filled up with silence and -1. */
  static Sample sample(String text, float[] sound, int time, int longest) {
    long[] labels = new long[longest];
    Arrays.fill(labels, -1);
    long[] numbers = LETTERS.numbers(text);
    System.arraycopy(numbers, 0, labels, 0, numbers.length);
    return Sample.of(
        Map.of("x", padded(sound, time), Ctc.LABELS, Tensor.of(labels, longest)), "'" + text + "'");
  }

  /** Frames, filled up to a number of them. */
  static Tensor padded(float[] sound, int time) {
    Tensor frames = FEATURES.frames(sound);
    int mels = FEATURES.filters().mels();
    if (frames.shape().size(0) > time) {
      throw new IllegalArgumentException(frames.shape() + " is longer than " + time);
    }
    return Tensor.of(Arrays.copyOf(frames.toFloats(), time * mels), time, mels);
  }
}
