package dev.gatun.core.pass;

/** In how many bits the constant matrices of products are kept; what they multiply is float32. */
public enum WeightType {
  /** 16 bits: the upper half of a float32, rounded to nearest. */
  BF16,
  /** 8.5 bits: integers and a float16 scale for each 32 that follow one another along K. */
  INT8,
  /** 4.5 bits: the same with integers of 4 bits, their scales fitted by least squares. */
  INT4
}
