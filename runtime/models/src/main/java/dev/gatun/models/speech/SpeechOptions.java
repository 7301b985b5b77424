package dev.gatun.models.speech;

import dev.gatun.core.tensor.GatunException;

/**
 * How to listen.
 *
 * @param language such as {@code en} or {@code de}, for networks that know several; empty to let
 *     the network find out
 * @param translate into English instead of the spoken language, where the network can
 * @param beam width of the search, 1 for the likeliest word or letter at each step
 */
public record SpeechOptions(String language, boolean translate, int beam) {
  /** The language as heard, no translation, greedy. */
  public static final SpeechOptions DEFAULT = new SpeechOptions("", false, 1);

  /** Checked. */
  public SpeechOptions {
    if (beam < 1) {
      throw new GatunException("the beam must be at least 1 wide, got " + beam);
    }
  }

  /** With a language. */
  public SpeechOptions in(String other) {
    return new SpeechOptions(other, translate, beam);
  }

  /** Into English. */
  public SpeechOptions translated() {
    return new SpeechOptions(language, true, beam);
  }

  /** With a wider search. */
  public SpeechOptions beam(int width) {
    return new SpeechOptions(language, translate, width);
  }
}
