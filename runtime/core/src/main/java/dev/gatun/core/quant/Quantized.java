package dev.gatun.core.quant;

import dev.gatun.core.exec.Model;
import java.util.List;

/**
 * A model of 8-bit integers.
 *
 * @param model computes in float32 what its integers stand for
 * @param weights names of those that are int8 now
 * @param activations names of those that are uint8 on the way
 */
public record Quantized(Model model, List<String> weights, List<String> activations) {
  public Quantized {
    weights = List.copyOf(weights);
    activations = List.copyOf(activations);
  }
}
