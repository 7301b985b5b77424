package dev.gatun.text.normal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.text.json.Fields;
import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Normalizers and where their characters come from. */
class NormalizersTests {
  private static TrackedText apply(String json, String text) {
    return TextNormalizer.read(Fields.parse("test", json)).apply(new TrackedText(text));
  }

  private static String places(TrackedText text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.text().length(); i++) {
      out.append(text.from(i)).append('-').append(text.to(i)).append(' ');
    }
    return out.toString().trim();
  }

  /** The JDK's normalizer is the slow twin: the text must be the same. */
  @ParameterizedTest
  @EnumSource
  void agreesWithTheJdk(Form form) {
    int[] letters = {'a', 'q', 0xE9, 0x1E69, 0x1100, 0x1161, 0x11A8, 0xAC00, 0xFB03, 0x212B, 0x9C7};
    int[] marks = {0x301, 0x323, 0x307, 0x327, 0x345, 0x334, 0x5B0, 0x9BE, 0x344, 0x1D165};
    Random random = new Random(5);
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(8); i >= 0; i--) {
        int[] from = random.nextInt(3) == 0 ? letters : marks;
        text.appendCodePoint(from[random.nextInt(from.length)]);
      }
      TrackedText normal = new UnicodeForm(form).apply(new TrackedText(text.toString()));
      assertEquals(Normalizer.normalize(text, form), normal.text(), text.toString());
    }
  }

  @Test
  void charactersKnowWhereTheyComeFrom() {
    TrackedText composed = apply("{\"type\":\"NFC\"}", "xe\u0301y");
    assertEquals("x\u00E9y", composed.text());
    assertEquals("0-1 1-2 3-4", places(composed));
    TrackedText decomposed = apply("{\"type\":\"NFKD\"}", "\uFB01\u00E9");
    assertEquals("fie\u0301", decomposed.text());
    assertEquals("0-1 0-1 1-2 1-2", places(decomposed));
    TrackedText prepended = apply("{\"type\":\"Prepend\",\"prepend\":\"__\"}", "\uD83D\uDE00a");
    assertEquals("0-2 0-2 0-2 0-2 2-3", places(prepended));
    TrackedText replaced =
        apply(
            "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\" {2,}\"},\"content\":\"--\"}", "a   b");
    assertEquals("a--b", replaced.text());
    assertEquals("0-1 3-4 3-4 4-5", places(replaced));
    TrackedText stripped =
        apply("{\"type\":\"Strip\",\"strip_left\":true,\"strip_right\":true}", "\u3000 ab\u00A0");
    assertEquals("2-3 3-4", places(stripped));
    TrackedText lower = apply("{\"type\":\"Lowercase\"}", "\u0130\u03A3");
    assertEquals("i\u0307\u03C3", lower.text());
    assertEquals("0-1 0-1 1-2", places(lower));
  }

  @Test
  void bertCleansUp() {
    String json =
        "{\"type\":\"BertNormalizer\",\"clean_text\":true,\"handle_chinese_chars\":true,\"strip_accents\":null,\"lowercase\":true}";
    TrackedText text = apply(json, "\u00C9a\u0000\t\u65E5\uFFFD");
    assertEquals("ea  \u65E5 ", text.text());
    assertEquals("0-1 1-2 3-4 4-5 4-5 4-5", places(text));
  }

  @Test
  void allCombiningClassesAreToldApart() {
    assertEquals(55, CombiningClass.distinct());
  }

  /** A charsmap of one rule, "A" to "xy", as a double array made by hand. */
  @Test
  void compiledRules() {
    // The root's children lie from 0; unit 65 is 'A' with a leaf, whose value lies 256 further.
    int[] units = new int[512];
    units[0] = 0;
    units[65] = 65 | 1 << 8 | 256 << 10;
    units[65 ^ 256] = 0x80000000;
    java.nio.ByteBuffer bytes =
        java.nio.ByteBuffer.allocate(4 + 2048 + 3).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(2048);
    for (int unit : units) {
      bytes.putInt(unit);
    }
    bytes.put(new byte[] {'x', 'y', 0});
    String json =
        "{\"type\":\"Precompiled\",\"precompiled_charsmap\":\""
            + java.util.Base64.getEncoder().encodeToString(bytes.array())
            + "\"}";
    TrackedText text = apply(json, "bA\uD83D\uDE00A");
    assertEquals("bxy\uD83D\uDE00xy", text.text());
    assertEquals("0-1 1-2 1-2 2-4 2-4 4-5 4-5", places(text));
  }
}
