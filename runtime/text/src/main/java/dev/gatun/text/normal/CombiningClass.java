package dev.gatun.text.normal;

import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.Arrays;

/**
 * In which order marks follow their letter. The JDK has Unicode's combining classes but does not
 * show them, so they are found out by what its own normalizer swaps; thus both always agree.
 */
final class CombiningClass {
  /** One mark of each class that Unicode has, in the order of the classes (1 to 240). */
  private static final int[] REPRESENTATIVES = {
    0x334, 0x16FF0, 0x93C, 0x3099, 0x94D, 0x5B0, 0x5B1, 0x5B2, 0x5B3, 0x5B4, 0x5B5, 0x5B6, 0x5B7,
    0x5B8, 0x5B9, 0x5BB, 0x5BC, 0x5BD, 0x5BF, 0x5C1, 0x5C2, 0xFB1E, 0x64B, 0x64C, 0x64D, 0x618,
    0x619, 0x61A, 0x651, 0x652, 0x670, 0x711, 0xC55, 0xC56, 0xE38, 0xE48, 0xEB8, 0xEC8, 0xF71,
    0xF72, 0xF74, 0x321, 0x1DCE, 0x31B, 0x1DFA, 0x316, 0x59A, 0x302E, 0x1D16D, 0x5AE, 0x301, 0x315,
    0x35C, 0x35D, 0x345
  };

  /** 0 for what is no mark, otherwise 1 + place among the representatives. */
  private static final byte[] CLASSES = new byte[0x20000];

  static {
    for (int point = 0x300; point < CLASSES.length; point++) {
      int type = Character.getType(point);
      if (type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK) {
        CLASSES[point] = (byte) probe(point);
      }
    }
  }

  private static int probe(int mark) {
    int last = REPRESENTATIVES.length - 1;
    if (!swaps(mark, REPRESENTATIVES[0]) && !swaps(REPRESENTATIVES[last], mark)) {
      return 0;
    }
    int low = 0;
    int high = last;
    while (low < high) { // the first representative that is not of a lower class
      int middle = (low + high) >>> 1;
      if (swaps(mark, REPRESENTATIVES[middle])) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low + 1;
  }

  /** Whether {@code first} has a higher class than {@code second}. */
  private static boolean swaps(int first, int second) {
    String before = Character.toString(first) + Character.toString(second);
    String after = Normalizer.normalize(before, Form.NFD);
    return first != second
        && after.equals(
            Normalizer.normalize(Character.toString(second), Form.NFD)
                + Normalizer.normalize(Character.toString(first), Form.NFD));
  }

  /** A number that orders marks as their classes do; 0 for characters that start anew. */
  static int of(int point) {
    return point < 0x300 || point >= CLASSES.length ? 0 : CLASSES[point];
  }

  /** The classes that were told apart, for tests. */
  static int distinct() {
    byte[] sorted = CLASSES.clone();
    Arrays.sort(sorted);
    int count = 0;
    for (int i = 1; i < sorted.length; i++) {
      count += sorted[i] != sorted[i - 1] ? 1 : 0;
    }
    return count;
  }

  private CombiningClass() {}
}
