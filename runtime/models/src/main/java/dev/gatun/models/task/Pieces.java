package dev.gatun.models.task;

/** Hears text as it comes. */
@FunctionalInterface
public interface Pieces {
  /**
   * A piece of whole characters has come.
   *
   * @return whether there should be more
   */
  boolean next(String piece);
}
