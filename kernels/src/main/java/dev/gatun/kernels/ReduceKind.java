package dev.gatun.kernels;

/** What a reduction kernel computes over its axis. */
public enum ReduceKind {
  SUM,
  MEAN,
  MAX,
  MIN,
  PROD,
  SUM_SQUARES,
  SUM_ABS,
  /** sqrt(sum of squares). */
  L2,
  LOG_SUM,
  LOG_SUM_EXP
}
