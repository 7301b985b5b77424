package dev.gatun.models.family;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.train.net.Flow;
import java.util.Map;
import java.util.Optional;

/**
 * The inputs that a network is written for; some may be left out.
 *
 * @param cache of the words before, where a network is written for one step of decoding
 */
public record Given(Map<String, Flow> flows, Optional<Cache> cache) {
  /** Inputs of a network that sees all words at once. */
  public Given(Map<String, Flow> flows) {
    this(flows, Optional.empty());
  }

  /** An input that must be there. */
  public Flow get(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new GatunException(
                    "the network needs the input '" + name + "', given are " + flows.keySet()));
  }

  /** An input that may be there. */
  public Optional<Flow> find(String name) {
    return Optional.ofNullable(flows.get(name));
  }
}
