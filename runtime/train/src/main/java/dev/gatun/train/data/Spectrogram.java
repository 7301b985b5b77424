package dev.gatun.train.data;

import java.util.Arrays;

/**
 * Short-time Fourier transform with a periodic Hann window; frames are centred on every {@code
 * hop}-th sample, the sound being continued at both ends.
 *
 * @param size samples of a frame and of its transform, of which size / 2 + 1 frequencies are kept
 * @param hop distance of the frames
 * @param reflect whether the sound is continued by its mirror image, as Whisper does, or by
 *     silence, as librosa does
 */
public record Spectrogram(int size, int hop, boolean reflect) {
  /** Frequencies over time. */
  public record Frames(double[][] re, double[][] im) {
    /** Squared magnitudes [frequencies][frames]. */
    public double[][] power() {
      double[][] power = new double[re[0].length][re.length];
      for (int t = 0; t < re.length; t++) {
        for (int k = 0; k < re[t].length; k++) {
          power[k][t] = re[t][k] * re[t][k] + im[t][k] * im[t][k];
        }
      }
      return power;
    }
  }

  /** Checked. */
  public Spectrogram {
    if (size < 2 || hop < 1 || hop > size) {
      throw new DataException(
          "a spectrogram needs frames of 2 samples or more and a hop from 1 to their size, got "
              + size
              + " and "
              + hop);
    }
  }

  private double[] window() {
    double[] window = new double[size];
    Arrays.setAll(window, i -> 0.5 - 0.5 * Math.cos(2 * Math.PI * i / size));
    return window;
  }

  /** The transform of every frame. */
  public Frames transform(float[] sound) {
    int half = size / 2;
    if (sound.length == 0 || reflect && sound.length <= half) {
      throw new DataException(sound.length + " samples of sound are too few for frames of " + size);
    }
    double[] window = window();
    Fourier fourier = new Fourier(size);
    int frames = 1 + (sound.length + 2 * half - size) / hop;
    double[][] re = new double[frames][];
    double[][] im = new double[frames][];
    for (int t = 0; t < frames; t++) {
      double[] real = new double[size];
      double[] imaginary = new double[size];
      for (int i = 0; i < size; i++) {
        real[i] = window[i] * at(sound, t * hop + i - half);
      }
      fourier.forward(real, imaginary);
      re[t] = Arrays.copyOf(real, half + 1);
      im[t] = Arrays.copyOf(imaginary, half + 1);
    }
    return new Frames(re, im);
  }

  private double at(float[] sound, int i) {
    if (i >= 0 && i < sound.length) {
      return sound[i];
    }
    return reflect ? sound[i < 0 ? -i : 2 * (sound.length - 1) - i] : 0;
  }

  /** The sound of these frames: overlapping windows divided by the sum of their squares. */
  public float[] invert(Frames frames, int length) {
    int half = size / 2;
    double[] window = window();
    double[] sum = new double[length];
    double[] squares = new double[length];
    Fourier fourier = new Fourier(size);
    for (int t = 0; t < frames.re().length; t++) {
      double[] re = Arrays.copyOf(frames.re()[t], size);
      double[] im = Arrays.copyOf(frames.im()[t], size);
      for (int k = half + 1; k < size; k++) {
        re[k] = re[size - k]; // a real signal's other half is the conjugate
        im[k] = -im[size - k];
      }
      fourier.inverse(re, im);
      for (int i = 0; i < size; i++) {
        int at = t * hop + i - half;
        if (at >= 0 && at < length) {
          sum[at] += re[i] * window[i];
          squares[at] += window[i] * window[i];
        }
      }
    }
    float[] sound = new float[length];
    for (int i = 0; i < length; i++) {
      sound[i] = (float) (squares[i] > 1e-11 ? sum[i] / squares[i] : 0);
    }
    return sound;
  }
}
