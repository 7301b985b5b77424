package dev.gatun.train.metric;

/** How the values of several classes become one. */
public enum Average {
  /** The value of class 1 alone; for two classes. */
  BINARY,
  /** From the sums of all classes' counts; every decision counts alike. */
  MICRO,
  /** The plain mean over the classes that occur among targets or predictions. */
  MACRO,
  /** The mean over the classes, each counting as often as it occurs among the targets. */
  WEIGHTED
}
