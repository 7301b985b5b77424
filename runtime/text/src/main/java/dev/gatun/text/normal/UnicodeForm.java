package dev.gatun.text.normal;

import java.text.Normalizer;
import java.text.Normalizer.Form;

/**
 * Unicode's normalization forms. The JDK's normalizer decides what becomes of a single character
 * and of a pair; sorting and composing are done here because each result must know its origin.
 */
record UnicodeForm(Form form) implements TextNormalizer {
  @Override
  public TrackedText apply(TrackedText text) {
    if (Normalizer.isNormalized(text.text(), form)) {
      return text;
    }
    Run run = new Run(text.text().length());
    boolean compatible = form == Form.NFKC || form == Form.NFKD;
    for (int at = 0; at < text.text().length(); ) {
      int point = text.text().codePointAt(at);
      at += Character.charCount(point);
      run.decompose(point, compatible ? Form.NFKD : Form.NFD);
    }
    run.sort();
    boolean composes = form == Form.NFC || form == Form.NFKC;
    return text.edited(composes ? run.composed() : run.all(), 0);
  }

  /** Decomposed characters with what each does to the old text. */
  private static final class Run {
    private final Edits edits;

    Run(int expected) {
      edits = new Edits(expected);
    }

    void decompose(int point, Form form) {
      if (point < 0xA0 || OlderUnicode.lacksDecomposition(point)) {
        edits.add(point, 0);
        return;
      }
      String parts = Normalizer.normalize(Character.toString(point), form);
      for (int at = 0; at < parts.length(); ) {
        int part = parts.codePointAt(at);
        edits.add(part, at == 0 ? 0 : 1);
        at += Character.charCount(part);
      }
    }

    /** Puts each run of marks into the order of their classes; equal ones stay in order. */
    void sort() {
      for (int start = 0; start < edits.size(); ) {
        if (CombiningClass.of(edits.point(start)) == 0) {
          start++;
          continue;
        }
        int end = start;
        while (end < edits.size() && CombiningClass.of(edits.point(end)) != 0) {
          end++;
        }
        long[] keys = new long[end - start];
        boolean sorted = true;
        for (int i = 0; i < keys.length; i++) {
          keys[i] = (long) CombiningClass.of(edits.point(start + i)) << 32 | i;
          sorted &= i == 0 || keys[i] > keys[i - 1];
        }
        if (!sorted) {
          java.util.Arrays.sort(keys);
          int[] points = new int[keys.length];
          int[] changes = new int[keys.length];
          for (int i = 0; i < keys.length; i++) {
            points[i] = edits.point(start + (int) keys[i]);
            changes[i] = edits.change(start + (int) keys[i]);
          }
          for (int i = 0; i < keys.length; i++) {
            edits.set(start + i, points[i], changes[i]);
          }
        }
        start = end;
      }
    }

    Edits all() {
      return edits;
    }

    /** Unicode's composition: each mark joins the last starter unless another one blocks it. */
    Edits composed() {
      Edits out = new Edits(edits.size());
      int starter = -1; // place in out
      int last = -1; // class of the last mark that stayed behind the starter
      for (int i = 0; i < edits.size(); i++) {
        int point = edits.point(i);
        int change = edits.change(i);
        int order = CombiningClass.of(point);
        if (starter >= 0 && (last < 0 || last < order)) {
          int joined = compose(out.point(starter), point);
          if (joined >= 0) {
            out.set(starter, joined, out.change(starter) + change - 1);
            continue;
          }
        }
        out.add(point, change);
        if (order == 0) {
          starter = out.size() - 1;
          last = -1;
        } else {
          last = order;
        }
      }
      return out;
    }

    private static int compose(int first, int second) {
      if (second < 0x300) {
        return -1; // nothing below the marks joins what is before it
      }
      String joined =
          Normalizer.normalize(Character.toString(first) + Character.toString(second), Form.NFC);
      int point = joined.codePointAt(0);
      return Character.charCount(point) == joined.length() ? point : -1;
    }
  }
}
