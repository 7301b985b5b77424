package dev.gatun.train;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Net;
import dev.gatun.train.net.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a net got of another one's weights: everything of the same name and type. A net with another
 * head is made by the same code for another number of classes; its head is what the two do not
 * share.
 *
 * @param net with the weights
 * @param taken names of parameters and buffers that are the other net's now
 * @param missing names that the other net does not have
 * @param unexpected names of the other net that this one does not have
 * @param mismatched names that both have, with both types
 */
public record Transfer(
    Net net,
    List<String> taken,
    List<String> missing,
    List<String> unexpected,
    List<String> mismatched) {
  public Transfer {
    taken = List.copyOf(taken);
    missing = List.copyOf(missing);
    unexpected = List.copyOf(unexpected);
    mismatched = List.copyOf(mismatched);
  }

  /**
   * Puts weights into a net where they fit; the others of the net stay as they are.
   *
   * @param weights of another net or a file
   */
  public static Transfer of(Map<String, Tensor> weights, Net net) {
    Map<String, Tensor> fitting = new LinkedHashMap<>();
    List<String> missing = new ArrayList<>();
    List<String> mismatched = new ArrayList<>();
    List<String> unexpected = new ArrayList<>(weights.keySet());
    for (Parameter p : net.parameters()) {
      Tensor value = weights.get(p.name());
      unexpected.remove(p.name());
      if (value == null) {
        missing.add(p.name());
      } else if (value.dtype() == p.dtype() && value.shape().equals(p.shape())) {
        fitting.put(p.name(), value);
      } else {
        mismatched.add(
            "%s: %s%s here, %s there".formatted(p.name(), p.dtype(), p.shape(), value.type()));
      }
    }
    return new Transfer(
        net.withWeights(fitting), List.copyOf(fitting.keySet()), missing, unexpected, mismatched);
  }

  /**
   * The net with everything frozen that was taken over: only what is new is trained.
   *
   * @throws GatunException if nothing was taken over
   */
  public Net frozen() {
    if (taken.isEmpty()) {
      throw new GatunException("transfer: the two nets have no weights in common; " + this);
    }
    return net.freeze(taken.toArray(new String[0]));
  }

  @Override
  public String toString() {
    return "%d taken, missing %s, unexpected %s, mismatched %s"
        .formatted(taken.size(), missing, unexpected, mismatched);
  }
}
