package dev.gatun.train.data;

import java.io.IOException;

/** Loads samples by number; called by several threads at once. */
@FunctionalInterface
public interface SampleLoader {
  /** Sample {@code index}, counted from 0. */
  Sample load(long index) throws IOException;
}
