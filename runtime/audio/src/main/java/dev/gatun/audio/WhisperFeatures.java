package dev.gatun.audio;

import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;

/**
 * The log-mel spectrogram of Whisper: sound padded with silence or cut to one length, decadic
 * logarithms at most 8 below the largest, plus 4, divided by 4; the last frame is left out.
 *
 * @param sampleRate that the sound must have
 * @param size samples of a frame
 * @param hop distance of the frames
 * @param mels number of filters
 * @param samples that every sound is padded or cut to
 */
public record WhisperFeatures(int sampleRate, int size, int hop, int mels, int samples) {
  /** Checked. */
  public WhisperFeatures {
    if (samples <= size / 2 || samples < hop) {
      throw new AudioException(
          samples + " samples are too few for frames of " + size + " every " + hop);
    }
  }

  /** As published: 30 seconds at 16 kHz, frames of 400 every 160 samples. */
  public static WhisperFeatures of(int mels) {
    return new WhisperFeatures(16000, 400, 160, mels, 30 * 16000);
  }

  /** Frames of every result. */
  public int frames() {
    return samples / hop;
  }

  /** Float32 [mels, frames] of the first channel; sound of another rate is refused. */
  public Tensor apply(Sound sound) {
    if (sound.sampleRate() != sampleRate) {
      throw new AudioException(
          "the features need sound of "
              + sampleRate
              + " Hz, got "
              + sound
              + "; resample it (Sound.resampled)");
    }
    float[] padded = Arrays.copyOf(sound.samples(0), samples);
    Features power = Stft.of(size, hop).with(Edges.MIRROR).transform(padded).power();
    return MelFilters.of(sampleRate, size, mels)
        .apply(power.first(frames()))
        .logarithms(8)
        .map(x -> (x + 4) / 4)
        .tensor();
  }
}
