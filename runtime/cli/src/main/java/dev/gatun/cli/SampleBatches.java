package dev.gatun.cli;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Cuts tensors of many samples into the batches that a model takes. */
final class SampleBatches {
  /**
   * Batches along axis 0. A model with a batch of its own gets whole ones only; the rest is left
   * out.
   *
   * @param open size of a batch where the model leaves it open
   */
  static List<Map<String, Datum>> of(Graph graph, Map<String, Tensor> whole, int open) {
    long count = -1;
    long size = open;
    boolean fixed = false;
    for (Value input : graph.inputs()) {
      Tensor all = whole.get(input.name());
      Shape shape = input.tensorType().shape();
      if (all == null || all.shape().rank() == 0) {
        throw new GatunException(
            "--data has no samples for the input '" + input.name() + "'; it has " + whole.keySet());
      }
      if (all.dtype() != input.tensorType().dtype()) {
        throw new GatunException(
            "--data: '" + input.name() + "' must be " + input.type() + ", got " + all.type());
      }
      if (count >= 0 && count != all.shape().size(0)) {
        throw new GatunException("--data: inputs have different numbers of samples");
      }
      count = all.shape().size(0);
      if (shape.isRanked() && shape.rank() > 0 && shape.size(0) >= 0) {
        size = shape.size(0);
        fixed = true;
      }
    }
    List<Map<String, Datum>> batches = new ArrayList<>();
    for (long at = 0; at + (fixed ? size : 1) <= count; at += size) {
      Map<String, Datum> batch = new LinkedHashMap<>();
      for (Value input : graph.inputs()) {
        batch.put(
            input.name(),
            rows(
                whole.getOrDefault(input.name(), Tensor.vector()), at, Math.min(size, count - at)));
      }
      batches.add(batch);
    }
    if (batches.isEmpty()) {
      throw new GatunException(
          "--data has " + count + " samples, but the model takes " + size + " at a time");
    }
    return batches;
  }

  private static Tensor rows(Tensor all, long from, long count) {
    long each = all.bytes() / Math.max(1, all.shape().size(0));
    long[] sizes = all.shape().sizes();
    sizes[0] = count;
    return Tensor.wrap(all.dtype(), Shape.of(sizes), all.data().asSlice(from * each, count * each));
  }

  private SampleBatches() {}
}
