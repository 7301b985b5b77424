package dev.gatun.text.split;

import dev.gatun.text.normal.TrackedText;
import java.util.Arrays;

/** Parts of texts in order; some are added tokens already and are not cut any more. */
public final class Pieces {
  private TrackedText[] texts = new TrackedText[16];
  private int[] starts = new int[16];
  private int[] ends = new int[16];
  private int[] tokens = new int[16];
  private int size;

  /** Adds [start, end) of a text; an empty part is left out. */
  public void add(TrackedText text, int start, int end) {
    if (start < end) {
      add(text, start, end, -1);
    }
  }

  /** Adds a part that is the token with this id. */
  public void addToken(TrackedText text, int start, int end, int id) {
    if (start < end) {
      add(text, start, end, id);
    }
  }

  private void add(TrackedText text, int start, int end, int token) {
    if (size == starts.length) {
      texts = Arrays.copyOf(texts, 2 * size);
      starts = Arrays.copyOf(starts, 2 * size);
      ends = Arrays.copyOf(ends, 2 * size);
      tokens = Arrays.copyOf(tokens, 2 * size);
    }
    texts[size] = text;
    starts[size] = start;
    ends[size] = end;
    tokens[size++] = token;
  }

  /** How many parts there are. */
  public int size() {
    return size;
  }

  /** The text that the i-th is a part of. */
  public TrackedText text(int i) {
    return texts[i];
  }

  /** Where it begins there. */
  public int start(int i) {
    return starts[i];
  }

  /** Behind where it ends. */
  public int end(int i) {
    return ends[i];
  }

  /** The id of the added token that the i-th is, or -1. */
  public int token(int i) {
    return tokens[i];
  }

  /** These parts, cut further; what is an added token stays whole. */
  public Pieces cut(PreTokenizer by) {
    Pieces out = new Pieces();
    for (int i = 0; i < size; i++) {
      if (tokens[i] >= 0) {
        out.add(texts[i], starts[i], ends[i], tokens[i]);
      } else {
        by.cut(texts[i], starts[i], ends[i], out);
      }
    }
    return out;
  }
}
