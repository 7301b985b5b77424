package dev.gatun.audio;

import dev.gatun.core.tensor.Tensor;
import java.util.random.RandomGenerator;

/**
 * Sound as frames for networks, and back: decibels of mel filters, of which {@code quiet} is 0 and
 * {@code loud} is 1. Unlike {@link SpeechFeatures} these do not depend on the loudest place of the
 * sound, so that what a network makes can be turned into sound.
 *
 * @param sampleRate of the sound
 * @param quiet decibels that become 0, as less does
 * @param loud decibels that become 1
 */
public record LogMel(int sampleRate, Stft stft, MelFilters filters, double quiet, double loud) {
  private static final int ROUNDS = 100;

  /** Checked. */
  public LogMel {
    if (!(quiet < loud)) {
      throw new AudioException(
          "quiet must be less than loud, got " + quiet + " and " + loud + " decibels");
    }
  }

  /** Slaney's filters; 80 decibels from the power of a sine of amplitude 1 down. */
  public static LogMel of(int sampleRate, int size, int hop, int mels) {
    Stft stft = Stft.of(size, hop);
    MelFilters filters = MelFilters.of(sampleRate, size, mels);
    // The window's sum is size / 2, so a sine's frequency has magnitude size / 4; a filter of unit
    // area has the height 1 over its width in Hz.
    double power = Math.pow(size / 4.0, 2);
    double loud = 10 * Math.log10(power * filters.largest());
    return new LogMel(sampleRate, stft, filters, loud - 80, loud);
  }

  /** Frames of a sound at the sample rate, float32 [frames, mels]. */
  public Tensor frames(float[] sound) {
    Features mel = filters.apply(stft.transform(sound).power());
    int size = mel.size();
    float[] values = new float[mel.frames() * size];
    for (int i = 0; i < values.length; i++) {
      double power = Math.max(mel.get(i / size, i % size), 1e-30);
      values[i] = (float) Math.clamp((10 * Math.log10(power) - quiet) / (loud - quiet), 0, 2);
    }
    return Tensor.of(values, mel.frames(), size);
  }

  /** Samples that have so many frames. */
  public int samples(int frames) {
    return stft.edges() == Edges.NONE
        ? stft.size() + (frames - 1) * stft.hop()
        : (frames - 1) * stft.hop();
  }

  /**
   * A sound with these frames, by Griffin and Lim's algorithm.
   *
   * @param frames [frames, mels], at least two
   * @param iterations of the algorithm
   * @param random draws the first phases
   */
  public Sound sound(Tensor frames, int iterations, RandomGenerator random) {
    if (frames.shape().rank() != 2
        || frames.shape().size(1) != filters.mels()
        || frames.shape().size(0) < 2) {
      throw new AudioException(
          "needs two or more frames of " + filters.mels() + " mels, got " + frames.shape());
    }
    int count = Math.toIntExact(frames.shape().size(0));
    int size = filters.mels();
    double[][] powers = new double[count][size];
    for (int t = 0; t < count; t++) {
      for (int m = 0; m < size; m++) {
        double value = Math.max(0, frames.getDouble((long) t * size + m));
        // What is as quiet as can be told was silence.
        powers[t][m] = value == 0 ? 0 : Math.pow(10, (quiet + value * (loud - quiet)) / 10);
      }
    }
    Features magnitude = filters.inverse(new Features(powers), ROUNDS).map(Math::sqrt);
    float[] samples = GriffinLim.of(stft, iterations).apply(magnitude, samples(count), random);
    return Sound.of(sampleRate, samples);
  }
}
