package dev.gatun.audio;

import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;

/** Samples of one or more channels, usually from -1 to 1. Immutable. */
public final class Sound {
  private final int sampleRate;
  private final float[][] channels;

  /** Takes the arrays as they are; nobody else may have them. */
  private Sound(int sampleRate, float[][] channels) {
    this.sampleRate = sampleRate;
    this.channels = channels;
  }

  /**
   * Sound of these channels, which are copied.
   *
   * @param sampleRate samples a second
   */
  public static Sound of(int sampleRate, float[]... channels) {
    float[][] copies = new float[channels.length][];
    Arrays.setAll(copies, c -> channels[c].clone());
    return owning(sampleRate, copies);
  }

  static Sound owning(int sampleRate, float[][] channels) {
    if (sampleRate < 1) {
      throw new AudioException("sound needs a sample rate of at least 1 Hz, got " + sampleRate);
    }
    if (channels.length == 0) {
      throw new AudioException("sound needs at least one channel");
    }
    for (float[] channel : channels) {
      if (channel.length != channels[0].length) {
        throw new AudioException(
            "channels of one sound have the same length, got "
                + channels[0].length
                + " and "
                + channel.length
                + " samples");
      }
    }
    return new Sound(sampleRate, channels);
  }

  /** Samples a second. */
  public int sampleRate() {
    return sampleRate;
  }

  /** Number of channels. */
  public int channels() {
    return channels.length;
  }

  /** Samples of each channel. */
  public int length() {
    return channels[0].length;
  }

  /** Length in time. */
  public double seconds() {
    return length() / (double) sampleRate;
  }

  /** A copy of one channel. */
  public float[] channel(int c) {
    return channels[c].clone();
  }

  /** One channel without copying, for readers of this package. */
  float[] samples(int c) {
    return channels[c];
  }

  /** One channel: the mean of all. */
  public Sound mono() {
    if (channels.length == 1) {
      return this;
    }
    float[] mean = new float[length()];
    for (int t = 0; t < mean.length; t++) {
      double sum = 0;
      for (float[] channel : channels) {
        sum += channel[t];
      }
      mean[t] = (float) (sum / channels.length);
    }
    return new Sound(sampleRate, new float[][] {mean});
  }

  /** The same sound at another rate, band-limited; itself if it has that rate. */
  public Sound resampled(int rate) {
    if (rate == sampleRate) {
      return this;
    }
    Resampler resampler = new Resampler(sampleRate, rate);
    float[][] others = new float[channels.length][];
    Arrays.setAll(others, c -> resampler.apply(channels[c]));
    return new Sound(rate, others);
  }

  /** Samples {@code from} (inclusive) to {@code to} (exclusive). */
  public Sound slice(int from, int to) {
    if (from < 0 || to < from || to > length()) {
      throw new AudioException(
          "samples " + from + " to " + to + " are not within the " + length() + " of the sound");
    }
    float[][] parts = new float[channels.length][];
    Arrays.setAll(parts, c -> Arrays.copyOfRange(channels[c], from, to));
    return new Sound(sampleRate, parts);
  }

  /** Float32 [channels, samples]. */
  public Tensor tensor() {
    float[] all = new float[Math.multiplyExact(channels.length, length())];
    for (int c = 0; c < channels.length; c++) {
      System.arraycopy(channels[c], 0, all, c * length(), length());
    }
    return Tensor.of(all, channels.length, length());
  }

  @Override
  public String toString() {
    return channels.length + " x " + length() + " samples at " + sampleRate + " Hz";
  }
}
