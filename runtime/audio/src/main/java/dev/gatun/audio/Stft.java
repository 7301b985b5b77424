package dev.gatun.audio;

/**
 * Short-time Fourier transform and its inverse.
 *
 * @param size samples of a frame and of its transform, of which size / 2 + 1 frequencies are kept
 * @param hop distance of the frames
 * @param windowLength samples under the window, which lies in the middle of the frame
 * @param window its form
 * @param edges how the sound goes on at its ends
 */
public record Stft(int size, int hop, int windowLength, Window window, Edges edges) {
  /** Checked. */
  public Stft {
    if (size < 1 || hop < 1 || windowLength < 1 || windowLength > size) {
      throw new AudioException(
          "a short-time transform needs a hop and frames of at least 1 sample and a window that"
              + " fits, got hop "
              + hop
              + ", frames of "
              + size
              + ", a window of "
              + windowLength);
    }
  }

  /** With a Hann window as long as the frames, and silence at both ends. */
  public static Stft of(int size, int hop) {
    return new Stft(size, hop, size, Window.HANN, Edges.SILENCE);
  }

  /** With other ends. */
  public Stft with(Edges other) {
    return new Stft(size, hop, windowLength, window, other);
  }

  /** With another window. */
  public Stft with(Window other, int length) {
    return new Stft(size, hop, length, other, edges);
  }

  /** Frequencies that are kept. */
  public int bins() {
    return size / 2 + 1;
  }

  /** Frames of so many samples. */
  public int frames(int samples) {
    if (edges == Edges.MIRROR && samples <= size / 2) {
      throw new AudioException(
          samples
              + " samples of sound are too few to be mirrored at the ends of frames of "
              + size
              + "; give at least "
              + (size / 2 + 1));
    }
    long padded = samples + 2L * lead();
    if (samples < 1 || padded < size) {
      throw new AudioException(samples + " samples of sound are too few for frames of " + size);
    }
    return (int) (1 + (padded - size) / hop);
  }

  /** Samples of the first frame that lie before the sound. */
  private int lead() {
    return edges == Edges.NONE ? 0 : size / 2;
  }

  private double[] placedWindow() {
    double[] placed = new double[size];
    System.arraycopy(
        window.values(windowLength), 0, placed, (size - windowLength) / 2, windowLength);
    return placed;
  }

  /** The spectrum of every frame. */
  public Spectrum transform(float[] sound) {
    int frames = frames(sound.length);
    double[] weights = placedWindow();
    RealFft fft = new RealFft(size);
    double[][] re = new double[frames][bins()];
    double[][] im = new double[frames][bins()];
    double[] frame = new double[size];
    for (int t = 0; t < frames; t++) {
      long from = (long) t * hop - lead();
      if (from >= 0 && from + size <= sound.length) {
        for (int i = 0; i < size; i++) {
          frame[i] = weights[i] * sound[(int) from + i];
        }
      } else {
        for (int i = 0; i < size; i++) {
          frame[i] = weights[i] * at(sound, from + i);
        }
      }
      fft.forward(frame, re[t], im[t]);
    }
    return new Spectrum(re, im);
  }

  private double at(float[] sound, long i) {
    if (i >= 0 && i < sound.length) {
      return sound[(int) i];
    }
    return edges == Edges.MIRROR ? sound[(int) (i < 0 ? -i : 2 * (sound.length - 1L) - i)] : 0;
  }

  /**
   * The sound of these frames: overlapping windows divided by the sum of their squares (Griffin and
   * Lim 1984). Samples that no window reaches are zero.
   */
  public float[] inverse(Spectrum spectrum, int length) {
    if (spectrum.bins() != bins()) {
      throw new AudioException(
          "frames of "
              + size
              + " have "
              + bins()
              + " frequencies, the spectrum has "
              + spectrum.bins());
    }
    double[] weights = placedWindow();
    double[] sum = new double[length];
    double[] squares = new double[length];
    RealFft fft = new RealFft(size);
    double[] frame = new double[size];
    for (int t = 0; t < spectrum.frames(); t++) {
      fft.inverse(spectrum.re(t), spectrum.im(t), frame);
      long from = (long) t * hop - lead();
      int begin = (int) Math.max(0, -from);
      int end = Math.clamp(length - from, 0, size);
      for (int i = begin; i < end; i++) {
        int at = (int) (from + i);
        sum[at] += frame[i] * weights[i];
        squares[at] += weights[i] * weights[i];
      }
    }
    float[] sound = new float[length];
    for (int i = 0; i < length; i++) {
      sound[i] = (float) (squares[i] > 1e-11 ? sum[i] / squares[i] : 0);
    }
    return sound;
  }
}
