package dev.gatun.models.family;

import dev.gatun.train.net.Input;
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
 *     says; or what is put among the words
 * @param inserted what is put among the words, where the encoder makes that
 */
public record Decoding(
    String words,
    int layers,
    long keyHeads,
    long headWidth,
    long limit,
    Optional<Architecture.Body> encoder,
    Optional<Inserted> inserted) {
  /**
   * Vectors in place of words, such as those of a picture.
   *
   * @param input what the encoder makes them of, called by their name
   * @param token the id that each of them takes the place of, in their order
   * @param vocabulary ids from there on are numbers of vectors in a step
   * @param memory the vectors of a row, any number of them
   */
  public record Inserted(String input, long token, long vocabulary, Input memory) {}

  /** Of a decoder alone, which goes on after {@code input_ids}. */
  public static Decoding of(long layers, long keyHeads, long headWidth, long limit) {
    return new Decoding(
        "input_ids",
        Math.toIntExact(layers),
        keyHeads,
        headWidth,
        limit,
        Optional.empty(),
        Optional.empty());
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
        Optional.of(encoder),
        Optional.empty());
  }

  /** The same with vectors among the words that an encoder makes; inputs for it may be left out. */
  public Decoding inserting(Architecture.Body maker, Inserted what) {
    return new Decoding(
        words, layers, keyHeads, headWidth, limit, Optional.of(maker), Optional.of(what));
  }
}
