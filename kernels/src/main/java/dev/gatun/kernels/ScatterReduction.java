package dev.gatun.kernels;

/** What a scatter does where it meets an element of the destination. */
public enum ScatterReduction {
  /** Replaces it; where indices repeat, the last one wins. */
  NONE,
  /** Adds to it. */
  ADD,
  /** Multiplies it. */
  MUL,
  /** Keeps the larger; NaN wins. */
  MAX,
  /** Keeps the smaller; NaN wins. */
  MIN
}
