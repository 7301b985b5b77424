package dev.gatun.train.net;

import java.util.Map;

/** A function of several values with several results, all of them by name. */
@FunctionalInterface
public interface NamedModule {
  /** The results, in their order. */
  Map<String, Flow> apply(Map<String, Flow> inputs);
}
