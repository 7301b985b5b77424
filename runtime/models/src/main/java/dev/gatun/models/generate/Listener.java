package dev.gatun.models.generate;

/** Hears of each word as it comes. */
@FunctionalInterface
public interface Listener {
  /** Wants all words and does nothing with them. */
  Listener NONE = (row, id) -> true;

  /**
   * A word has come.
   *
   * @return whether there should be more; false ends all rows
   */
  boolean word(int row, long id);
}
