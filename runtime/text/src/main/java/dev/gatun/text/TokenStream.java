package dev.gatun.text;

import java.util.Arrays;

/**
 * Text of tokens as they come, for one generation. A character whose bytes are spread over several
 * tokens is given out when the last of them has come. Not for several threads at once.
 */
public final class TokenStream {
  private final Tokenizer tokenizer;
  private final boolean skipSpecialTokens;

  /** The tokens that what comes next depends on: those given out last, then those not yet. */
  private int[] window = new int[16];

  private int size;

  /** How many tokens of the window were given out. */
  private int done;

  TokenStream(Tokenizer tokenizer, boolean skipSpecialTokens) {
    this.tokenizer = tokenizer;
    this.skipSpecialTokens = skipSpecialTokens;
  }

  /** Takes a token; the text that is whole now, often empty. */
  public String next(int id) {
    if (tokenizer.visible(id, skipSpecialTokens) == null) {
      return "";
    }
    if (size == window.length) {
      window = Arrays.copyOf(window, 2 * size);
    }
    window[size++] = id;
    String before = text(done);
    String now = text(size);
    if (now.endsWith("\uFFFD") || now.length() <= before.length()) {
      return "";
    }
    return emit(before, now);
  }

  /** The rest, with U+FFFD for bytes that never became a character. */
  public String finish() {
    return done == size ? "" : emit(text(done), text(size));
  }

  private String emit(String before, String now) {
    // What was given out cannot be taken back, should the decoder see it otherwise by now.
    String fresh = now.startsWith(before) ? now.substring(before.length()) : pending();
    System.arraycopy(window, done, window, 0, size - done);
    size -= done;
    done = size;
    return fresh;
  }

  private String pending() {
    return tokenizer.decode(Arrays.copyOfRange(window, done, size), skipSpecialTokens);
  }

  private String text(int length) {
    return tokenizer.decode(Arrays.copyOf(window, length), skipSpecialTokens);
  }
}
