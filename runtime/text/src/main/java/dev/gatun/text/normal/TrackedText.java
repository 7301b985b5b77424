package dev.gatun.text.normal;

import dev.gatun.text.regex.Matches;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A text that knows for each of its characters which part of the original text it comes from.
 * Immutable; all places are in UTF-16 units.
 */
public final class TrackedText {
  private final String text;

  /** Where the original part begins and ends for each unit; null where the text is the original. */
  private final int @Nullable [] from;

  private final int @Nullable [] to;

  /** Where this part begins in the original. */
  private final int base;

  /** The original text itself. */
  public TrackedText(String text) {
    this(text, 0, null, null);
  }

  private TrackedText(String text, int base, int @Nullable [] from, int @Nullable [] to) {
    this.text = text;
    this.base = base;
    this.from = from;
    this.to = to;
  }

  /** The text as it is now. */
  public String text() {
    return text;
  }

  /** Where the original of the character with this unit begins. */
  public int from(int unit) {
    if (from != null) {
      return from[unit];
    }
    return base + (Character.isLowSurrogate(text.charAt(unit)) ? unit - 1 : unit);
  }

  /** Behind the original of the character with this unit. */
  public int to(int unit) {
    if (to != null) {
      return to[unit];
    }
    return base + unit + (Character.isHighSurrogate(text.charAt(unit)) ? 2 : 1);
  }

  /** A part of the text. */
  public TrackedText slice(int start, int end) {
    if (start == 0 && end == text.length()) {
      return this;
    }
    String part = text.substring(start, end);
    if (from == null || to == null) {
      return new TrackedText(part, base + start, null, null);
    }
    int begin = start < end ? from[start] : base;
    return new TrackedText(
        part, begin, Arrays.copyOfRange(from, start, end), Arrays.copyOfRange(to, start, end));
  }

  /** The text that {@code edits} make of this one; the first {@code removed} characters go. */
  TrackedText edited(Edits edits, int removed) {
    StringBuilder out = new StringBuilder(edits.size());
    int[] newFrom = new int[2 * edits.size()];
    int[] newTo = new int[2 * edits.size()];
    int at = text.offsetByCodePoints(0, removed);
    for (int i = 0; i < edits.size(); i++) {
      int change = edits.change(i);
      int source = change > 0 ? at - 1 : at;
      int begin = source < 0 ? base : from(source);
      int end = source < 0 ? base : to(source);
      for (int gone = change; gone <= 0; gone++) {
        at += Character.charCount(text.codePointAt(at));
      }
      for (int unit = Character.charCount(edits.point(i)); unit > 0; unit--) {
        newFrom[out.length() + unit - 1] = begin;
        newTo[out.length() + unit - 1] = end;
      }
      out.appendCodePoint(edits.point(i));
    }
    return new TrackedText(
        out.toString(),
        base,
        Arrays.copyOf(newFrom, out.length()),
        Arrays.copyOf(newTo, out.length()));
  }

  /** Without the characters that do not pass. */
  TrackedText filtered(IntPredicate keep) {
    if (text.codePoints().allMatch(keep)) {
      return this;
    }
    Edits edits = new Edits(text.length());
    int first = -1;
    int removed = 0;
    for (int at = 0; at < text.length(); ) {
      int point = text.codePointAt(at);
      at += Character.charCount(point);
      if (!keep.test(point)) {
        removed++;
        continue;
      }
      if (first < 0) {
        first = removed;
      } else {
        edits.setChange(edits.size() - 1, -removed);
      }
      edits.add(point, 0);
      removed = 0;
    }
    return edited(edits, Math.max(0, first));
  }

  /** With each character replaced by another one. */
  public TrackedText mapped(IntUnaryOperator map) {
    StringBuilder out = new StringBuilder(text.length());
    boolean sameUnits = true;
    Edits edits = new Edits(text.length());
    for (int at = 0; at < text.length(); ) {
      int point = text.codePointAt(at);
      at += Character.charCount(point);
      int mapped = map.applyAsInt(point);
      sameUnits &= Character.charCount(mapped) == Character.charCount(point);
      out.appendCodePoint(mapped);
      edits.add(mapped, 0);
    }
    if (sameUnits) {
      String now = out.toString();
      if (now.equals(text)) {
        return this;
      }
      // One unit for one: the places stay what they are, unless they are read off surrogates.
      if (from != null || now.length() == now.codePointCount(0, now.length())) {
        return new TrackedText(now, base, from, to);
      }
    }
    return edited(edits, 0);
  }

  /** With a string before its first character, whose place it shares; an empty text stays empty. */
  public TrackedText prepended(String prefix) {
    if (text.isEmpty() || prefix.isEmpty()) {
      return this;
    }
    int length = prefix.length() + text.length();
    int[] newFrom = new int[length];
    int[] newTo = new int[length];
    for (int i = 0; i < length; i++) {
      int source = Math.max(0, i - prefix.length());
      newFrom[i] = from(source);
      newTo[i] = to(source);
    }
    return new TrackedText(prefix + text, base, newFrom, newTo);
  }

  /** With {@code content} in all these places; it stands for the last character of each. */
  public TrackedText replaced(Matches places, String content) {
    if (places.size() == 0) {
      return this;
    }
    int length = text.length();
    for (int i = 0; i < places.size(); i++) {
      length += content.length() - (places.end(i) - places.start(i));
    }
    StringBuilder out = new StringBuilder(length);
    int[] newFrom = new int[length];
    int[] newTo = new int[length];
    int last = 0;
    for (int i = 0; i <= places.size(); i++) {
      int next = i < places.size() ? places.start(i) : text.length();
      for (int at = last; at < next; at++) {
        newFrom[out.length() + at - last] = from(at);
        newTo[out.length() + at - last] = to(at);
      }
      out.append(text, last, next);
      if (i < places.size()) {
        last = places.end(i);
        int begin = last == 0 ? base : from(last - 1);
        int end = last == 0 ? base : to(last - 1);
        Arrays.fill(newFrom, out.length(), out.length() + content.length(), begin);
        Arrays.fill(newTo, out.length(), out.length() + content.length(), end);
        out.append(content);
      }
    }
    return new TrackedText(out.toString(), base, newFrom, newTo);
  }

  /** Without white space at the ends. */
  TrackedText stripped(boolean left, boolean right) {
    int start = 0;
    int end = text.length();
    while (left && start < end && Kinds.isWhiteSpace(text.charAt(start))) {
      start++;
    }
    while (right && end > start && Kinds.isWhiteSpace(text.charAt(end - 1))) {
      end--;
    }
    return slice(start, end);
  }
}
