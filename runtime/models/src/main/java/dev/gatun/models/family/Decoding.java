package dev.gatun.models.family;

import java.util.Optional;

/**
 * What it takes to go on word by word.
 *
 * @param words name of the input that takes words
 * @param layers that keep keys and values
 * @param keyHeads of each
 * @param headWidth of each head
 * @param limit most words, 0 if there is no limit
 * @param encoder writes keys and values of what the words are about, called as {@link Cache#memory}
 *     says
 */
public record Decoding(
    String words,
    int layers,
    long keyHeads,
    long headWidth,
    long limit,
    Optional<Architecture.Body> encoder) {
  /** Of a decoder alone, which goes on after {@code input_ids}. */
  public static Decoding of(long layers, long keyHeads, long headWidth, long limit) {
    return new Decoding(
        "input_ids", Math.toIntExact(layers), keyHeads, headWidth, limit, Optional.empty());
  }

  /** Of a decoder that an encoder goes before. */
  public static Decoding after(
      Architecture.Body encoder, long layers, long keyHeads, long headWidth, long limit) {
    return new Decoding(
        "decoder_input_ids",
        Math.toIntExact(layers),
        keyHeads,
        headWidth,
        limit,
        Optional.of(encoder));
  }
}
