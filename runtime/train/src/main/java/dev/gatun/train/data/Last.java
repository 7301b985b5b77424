package dev.gatun.train.data;

/** What happens to a last batch that is not full. */
public enum Last {
  /** It is smaller. */
  KEEP,
  /** It is left out. */
  DROP,
  /** It is filled up with zeros; {@link Batch#rows} says how many rows are samples. */
  PAD
}
