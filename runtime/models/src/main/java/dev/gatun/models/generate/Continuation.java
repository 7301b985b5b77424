package dev.gatun.models.generate;

/**
 * What came after the words of a row.
 *
 * @param words that came, the one that ended the row among them
 * @param end why no more came
 * @param score what a search by beams maximizes: the logarithm of the words' probability, divided
 *     by a power of their number; 0 for other searches
 */
public record Continuation(long[] words, End end, double score) {
  /** Why a row ended. */
  public enum End {
    /** A word that ends rows came. */
    WORD,
    /** A sequence of words that ends rows came. */
    SEQUENCE,
    /** There were as many words as were asked for, or as the network has positions for. */
    LENGTH,
    /** The caller did not want more. */
    CANCELLED
  }
}
