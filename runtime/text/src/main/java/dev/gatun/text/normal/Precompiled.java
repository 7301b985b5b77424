package dev.gatun.text.normal;

import dev.gatun.text.json.Fields;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * SentencePiece's compiled rules: a double array (Darts) that maps bytes of UTF-8 to a place in a
 * list of strings, each ended by a zero. Clusters of at most five bytes are looked up as a whole
 * first, then character by character.
 */
final class Precompiled implements TextNormalizer {
  private static final Pattern CLUSTER = Pattern.compile("\\X");

  /** Longer clusters are not looked up as a whole. */
  private static final int MAX_CLUSTER_BYTES = 5;

  private final int[] units;
  private final byte[] strings;

  private Precompiled(int[] units, byte[] strings) {
    this.units = units;
    this.strings = strings;
  }

  static Precompiled of(Fields settings) {
    String field = "precompiled_charsmap";
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(settings.string(field));
    } catch (IllegalArgumentException e) {
      throw settings.problem(field, "not base64: " + e.getMessage());
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int length = bytes.length < 4 ? -1 : buffer.getInt();
    if (length < 4 || length % 4 != 0 || length > bytes.length - 4) {
      throw settings.problem(
          field, "the trie has " + length + " bytes of " + (bytes.length - 4) + "; truncated?");
    }
    int[] units = new int[length / 4];
    IntBuffer ints = buffer.slice(4, length).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
    ints.get(units);
    byte[] strings = java.util.Arrays.copyOfRange(bytes, 4 + length, bytes.length);
    return new Precompiled(units, strings);
  }

  @Override
  public TrackedText apply(TrackedText text) {
    Edits edits = new Edits(text.text().length());
    boolean modified = false;
    Matcher clusters = CLUSTER.matcher(text.text());
    while (clusters.find()) {
      String cluster = clusters.group();
      if (utf8Length(cluster) <= MAX_CLUSTER_BYTES) {
        String whole = lookup(cluster);
        if (whole != null) {
          replace(edits, cluster, whole);
          modified = true;
          continue;
        }
      }
      for (int at = 0; at < cluster.length(); ) {
        int point = cluster.codePointAt(at);
        at += Character.charCount(point);
        String character = Character.toString(point);
        String rule = lookup(character);
        if (rule == null) {
          edits.add(point, 0);
        } else {
          replace(edits, character, rule);
          modified = true;
        }
      }
    }
    return modified ? text.edited(edits, 0) : text;
  }

  private static int utf8Length(String text) {
    return text.codePoints().map(ByteAlphabet::bytesOf).sum();
  }

  /** What the shortest rule that begins {@code text} says; null where there is none. */
  private @Nullable String lookup(String text) {
    int at = offset(units[0]);
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      if (b == 0) {
        return null;
      }
      at ^= b & 0xFF;
      if (at < 0 || at >= units.length || (units[at] & 0x800000FF) != (b & 0xFF)) {
        return null;
      }
      boolean leaf = (units[at] >> 8 & 1) == 1;
      at ^= offset(units[at]);
      if (leaf && at >= 0 && at < units.length) {
        int start = units[at] & 0x7FFFFFFF;
        int end = start;
        while (end < strings.length && strings[end] != 0) {
          end++;
        }
        return start > strings.length
            ? null
            : new String(strings, start, end - start, StandardCharsets.UTF_8);
      }
    }
    return null;
  }

  private static int offset(int unit) {
    return unit >>> 10 << ((unit & 1 << 9) >>> 6);
  }

  /** The new characters take the places of the old ones, in order; what is left over joins. */
  private static void replace(Edits edits, String old, String now) {
    int[] points = now.codePoints().toArray();
    int more = points.length - old.codePointCount(0, old.length());
    for (int i = 0; i < points.length; i++) {
      edits.add(points[i], i >= points.length - more ? 1 : 0);
    }
    if (more < 0 && edits.size() > 0) {
      int last = edits.size() - 1;
      edits.setChange(last, edits.change(last) + more);
    }
  }
}
