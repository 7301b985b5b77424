package dev.gatun.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Levels and samples follow from each other. */
class MuLawTests {
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 16, 255, 256, 65_536})
  void everyLevelComesBack(int count) {
    MuLaw law = new MuLaw(count);
    for (int i = 0; i < count; i++) {
      assertEquals(i, law.level(law.sample(i)));
      if (i > 0) {
        double edge = law.lower(i);
        assertEquals(i, law.level(edge + 1e-9));
        assertEquals(i - 1, law.level(edge - 1e-9));
      }
    }
    assertEquals(-1, law.sample(0), 1e-12);
    assertEquals(1, law.sample(count - 1), 1e-12);
    long[] all = LongStream.range(0, Math.min(count, 300)).toArray();
    assertArrayEquals(all, law.encode(law.decode(all)));
  }

  /** The formula for a byte: 0.5 is log(128.5) / log(256) of the way up. */
  @Test
  void levelsLieDenserNearZero() {
    double f = Math.log(1 + 255 * 0.5) / Math.log(256);
    assertEquals((int) Math.round((f + 1) / 2 * 255), MuLaw.BYTE.level(0.5));
    assertEquals(255 - MuLaw.BYTE.level(0.5), MuLaw.BYTE.level(-0.5));
    assertTrue(MuLaw.BYTE.sample(129) - MuLaw.BYTE.sample(128) < 2e-4);
    assertTrue(MuLaw.BYTE.sample(255) - MuLaw.BYTE.sample(254) > 0.04);
  }

  @Test
  void whatIsLouderIsTheLoudest() {
    assertEquals(255, MuLaw.BYTE.level(3));
    assertEquals(0, MuLaw.BYTE.level(Double.NEGATIVE_INFINITY));
    assertThrows(AudioException.class, () -> MuLaw.BYTE.level(Double.NaN));
    assertThrows(AudioException.class, () -> MuLaw.BYTE.sample(256));
    assertThrows(AudioException.class, () -> new MuLaw(1));
  }
}
