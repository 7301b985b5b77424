package dev.gatun.audio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Tensor;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Frames of sound, sound of frames. */
class LogMelTests {
  private static final LogMel MEL = LogMel.of(8000, 256, 64, 40);

  private static float[] chirp(int samples) {
    float[] sound = new float[samples];
    for (int t = 0; t < samples; t++) {
      double hertz = 400 + 1200.0 * t / samples / 2;
      sound[t] = (float) (0.5 * Math.sin(2 * Math.PI * hertz * t / 8000));
    }
    return sound;
  }

  @Test
  void silenceIsZeroAndAFullSineIsAboutOne() {
    Tensor silent = MEL.frames(new float[1000]);
    for (float value : silent.toFloats()) {
      assertEquals(0, value);
    }
    float[] sine = new float[4000];
    for (int t = 0; t < sine.length; t++) {
      sine[t] = (float) Math.sin(2 * Math.PI * 250 * t / 8000);
    }
    float largest = 0;
    for (float value : MEL.frames(sine).toFloats()) {
      largest = Math.max(largest, value);
    }
    assertEquals(1, largest, 0.06f);
  }

  /** Filtered powers of powers that were found are those that were wanted. */
  @Test
  void filtersAreTurnedAround() {
    MelFilters filters = MelFilters.of(8000, 256, 40);
    Features mel = filters.apply(Stft.of(256, 64).transform(chirp(2000)).power());
    Features found = filters.apply(filters.inverse(mel, 200));
    double wrong = 0;
    double all = 0;
    for (int t = 0; t < mel.frames(); t++) {
      for (int m = 0; m < mel.size(); m++) {
        wrong += Math.pow(found.get(t, m) - mel.get(t, m), 2);
        all += Math.pow(mel.get(t, m), 2);
      }
    }
    assertTrue(Math.sqrt(wrong / all) < 0.02, "error " + Math.sqrt(wrong / all));
  }

  @Test
  void framesBecomeSoundAgain() {
    Tensor frames = MEL.frames(chirp(64 * 40));
    Sound sound = MEL.sound(frames, 30, new Random(1));
    assertEquals(64 * 40, sound.length());
    Tensor again = MEL.frames(sound.channel(0));
    assertEquals(frames.shape(), again.shape());
    double off = 0;
    long loud = 0;
    for (int i = 0; i < frames.elements(); i++) {
      if (frames.getFloat(i) > 0.7f) {
        off += Math.abs(frames.getFloat(i) - again.getFloat(i));
        loud++;
      }
    }
    assertTrue(loud > 40);
    assertTrue(off / loud < 0.03, "loud places are off by " + off / loud); // 2.4 decibels
  }

  @Test
  void wrongFramesAreNamed() {
    Tensor few = Tensor.of(new float[40], 1, 40);
    assertThrows(AudioException.class, () -> MEL.sound(few, 5, new Random(1)));
    Tensor narrow = Tensor.of(new float[60], 2, 30);
    assertThrows(AudioException.class, () -> MEL.sound(narrow, 5, new Random(1)));
    Features wide = Stft.of(256, 64).transform(chirp(500)).power();
    assertThrows(AudioException.class, () -> MEL.filters().inverse(wide, 5));
  }
}
