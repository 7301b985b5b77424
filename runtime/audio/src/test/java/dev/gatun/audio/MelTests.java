package dev.gatun.audio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Mel scales and filters against known values and their own geometry. */
class MelTests {
  @ParameterizedTest
  @EnumSource(MelScale.class)
  void scalesAreInvertible(MelScale scale) {
    for (double hertz : new double[] {0, 1, 440, 999.9, 1000, 1000.1, 4000, 8000, 22050}) {
      assertEquals(hertz, scale.toHertz(scale.toMel(hertz)), 1e-9 * (1 + hertz));
    }
  }

  @Test
  void knownPitches() {
    assertEquals(1000, MelScale.HTK.toMel(1000), 0.02); // 1000 mel are defined by 1000 Hz
    assertEquals(15, MelScale.SLANEY.toMel(1000), 1e-12);
    assertEquals(42, MelScale.SLANEY.toMel(6400), 1e-12); // 27 steps are a factor of 6.4
  }

  @Test
  void trianglesMeetWhereTheyShould() {
    int size = 4096;
    int rate = 16000;
    int mels = 20;
    Tensor flat = new MelFilters(rate, size, mels, MelScale.HTK, 100, 7000, false).tensor();
    Tensor unit = new MelFilters(rate, size, mels, MelScale.HTK, 100, 7000, true).tensor();
    double hertz = rate / (double) size;
    int bins = size / 2 + 1;
    double step = (MelScale.HTK.toMel(7000) - MelScale.HTK.toMel(100)) / (mels + 1);
    for (int m = 0; m < mels; m++) {
      double area = 0;
      int top = 0;
      for (int k = 0; k < bins; k++) {
        area += unit.getDouble((long) m * bins + k) * hertz;
        if (flat.getDouble((long) m * bins + k) > flat.getDouble((long) m * bins + top)) {
          top = k;
        }
      }
      assertEquals(1, area, 1e-3, "area of " + m);
      double centre = MelScale.HTK.toHertz(MelScale.HTK.toMel(100) + (m + 1) * step);
      assertEquals(centre, top * hertz, hertz);
    }
    // Between the first and the last centre two neighbours always add up to one.
    for (int k = (int) (300 / hertz); k < 6000 / hertz; k++) {
      double sum = 0;
      for (int m = 0; m < mels; m++) {
        sum += flat.getDouble((long) m * bins + k);
      }
      assertEquals(1, sum, 1e-6);
    }
  }

  @Test
  void tooManyFiltersAreEmpty() {
    assertEquals(0, MelFilters.of(16000, 400, 80).empty());
    assertTrue(MelFilters.of(16000, 400, 200).empty() > 0);
    assertEquals(80, MelFilters.of(16000, 400, 80).mels());
  }

  @Test
  void cepstrumIsTheOrthonormalTransform() {
    double[][] rows = {{1, 2, -3, 4, 0.5}};
    Features features = new Features(rows);
    Features cepstrum = features.cepstrum(5);
    double before = 0;
    double after = 0;
    for (int i = 0; i < 5; i++) {
      before += rows[0][i] * rows[0][i];
      after += cepstrum.get(0, i) * cepstrum.get(0, i);
    }
    assertEquals(before, after, 1e-12);
    assertEquals(4.5 / Math.sqrt(5), cepstrum.get(0, 0), 1e-12);
  }

  @Test
  void silenceHasFeaturesToo() {
    WhisperFeatures features = new WhisperFeatures(16000, 400, 160, 16, 1600);
    Tensor silence = features.apply(Sound.of(16000, new float[10]));
    assertEquals(160, silence.elements());
    assertEquals(-1.5, silence.getDouble(5), 1e-6); // (log10 1e-10 + 4) / 4
    assertEquals(3000, WhisperFeatures.of(80).frames());
  }

  @Test
  void whatDoesNotFitIsRefused() {
    Features power = Stft.of(400, 160).transform(new float[1000]).power();
    assertTrue(Failure.of(() -> MelFilters.of(16000, 512, 40).apply(power)).contains("257 freq"));
    assertTrue(Failure.of(() -> MelFilters.of(16000, 512, 0)).contains("no 0 mel"));
    assertTrue(Failure.of(() -> power.cepstrum(202)).contains("1 to 201"));
    assertTrue(
        Failure.of(() -> WhisperFeatures.of(80).apply(Sound.of(8000, new float[9])))
            .contains("resample"));
    assertTrue(Failure.of(() -> new WhisperFeatures(16000, 400, 160, 80, 200)).contains("too few"));
  }
}
