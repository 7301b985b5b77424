package dev.gatun.text;

import dev.gatun.text.post.Draft;
import java.util.List;

/**
 * A text as tokens. Immutable; arrays are copies. What is an array has an element for each token,
 * in order.
 */
public final class Encoding {
  private final int[] ids;
  private final List<String> tokens;
  private final int[] starts;
  private final int[] ends;
  private final int[] types;
  private final int[] attention;
  private final int[] special;
  private final int[] words;
  private final int[] sequences;
  private final List<Encoding> overflowing;

  Encoding(Draft draft) {
    ids = draft.ids();
    tokens = draft.tokens();
    starts = draft.starts();
    ends = draft.ends();
    types = draft.types();
    attention = draft.attention();
    special = draft.special();
    words = draft.words();
    sequences = draft.sequences();
    overflowing = draft.overflowing().stream().map(Encoding::new).toList();
  }

  /** How many tokens there are. */
  public int length() {
    return ids.length;
  }

  /** The tokens' ids. */
  public int[] ids() {
    return ids.clone();
  }

  /** The ids as models in ONNX format take them. */
  public long[] idsAsLongs() {
    return longs(ids);
  }

  /** 1 for tokens, 0 for padding, as models in ONNX format take them. */
  public long[] attentionMaskAsLongs() {
    return longs(attention);
  }

  /** Which of two texts a token belongs to, as models in ONNX format take it. */
  public long[] typeIdsAsLongs() {
    return longs(types);
  }

  private static long[] longs(int[] values) {
    long[] longs = new long[values.length];
    for (int i = 0; i < longs.length; i++) {
      longs[i] = values[i];
    }
    return longs;
  }

  /** The tokens' strings as in the vocabulary. */
  public List<String> tokens() {
    return tokens;
  }

  /** Where a token is in the text. */
  public Span span(int token) {
    return new Span(starts[token], ends[token]);
  }

  /** Where the tokens are in the text. */
  public List<Span> spans() {
    Span[] all = new Span[ids.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = span(i);
    }
    return List.of(all);
  }

  /** Which of two texts each token belongs to, as the tokenizer's template numbers them. */
  public int[] typeIds() {
    return types.clone();
  }

  /** 1 for tokens, 0 for padding. */
  public int[] attentionMask() {
    return attention.clone();
  }

  /** 1 for tokens that stand for no text, 0 for others. */
  public int[] specialTokensMask() {
    return special.clone();
  }

  /** Which word of the text each token is a part of; -1 for special tokens. */
  public int[] wordIds() {
    return words.clone();
  }

  /** From which text, 0 or 1, each token comes; -1 for special tokens. */
  public int[] sequenceIds() {
    return sequences.clone();
  }

  /** What truncation cut off, in parts of the same length. */
  public List<Encoding> overflowing() {
    return overflowing;
  }

  @Override
  public String toString() {
    return tokens.toString();
  }

  /**
   * A part of a text, in Unicode code points; (0, 0) for special tokens.
   *
   * @param start its first code point
   * @param end behind its last one
   */
  public record Span(int start, int end) {}
}
