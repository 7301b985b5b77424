package dev.gatun.train.speech;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.train.net.Dense;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Layers;
import dev.gatun.train.net.Module;
import java.util.List;

/**
 * Attention to a sequence that knows where it has been (Chorowski and others 2015, section 2.2), so
 * that it moves on: {@code call(query, memory, keys, before)} of [N, Q], [N, S, K], {@link #keys}
 * [N, S, units] and weights [N, 2, S], those of the step before and the sum of all so far, gives
 * the context [N, K] and the weights of this step [N, S]. A fifth value, booleans [N, S], says
 * which positions count.
 *
 * <p>The score of position s is v . tanh(W q + V m_s + U f_s + b), where f are {@code filters}
 * convolutions of {@code before}.
 *
 * @param kernel of the convolutions
 */
public record LocationAttention(long units, long filters, long kernel) implements Module {
  /** Checked. */
  public LocationAttention {
    if (units < 1 || filters < 1 || kernel < 1) {
      throw new GatunException(
          "attention: units, filters and kernel must be positive, got %d, %d and %d"
              .formatted(units, filters, kernel));
    }
  }

  /** What is compared with queries: V m [N, S, units], the same for all steps. */
  public Flow keys(Flow memory) {
    return memory.dense(units, Dense::withoutBias);
  }

  @Override
  public List<Flow> apply(List<Flow> inputs) {
    if (inputs.size() < 4 || inputs.size() > 5) {
      throw new GatunException(
          "needs a query, a memory, its keys, weights so far and maybe which positions count, got "
              + inputs.size()
              + " inputs");
    }
    Flow query = inputs.get(0);
    Flow memory = inputs.get(1);
    Flow keys = inputs.get(2);
    Flow before = inputs.get(3);
    if (query.rank() != 2
        || memory.rank() != 3
        || keys.rank() != 3
        || keys.size(2) != units
        || before.rank() != 3
        || before.size(1) != 2) {
      throw new GatunException(
          "needs a query [N, Q], a memory [N, S, K], keys [N, S, "
              + units
              + "] and weights [N, 2, S], got "
              + query.shape()
              + ", "
              + memory.shape()
              + ", "
              + keys.shape()
              + " and "
              + before.shape());
    }
    Flow where =
        before
            .named("location")
            .then(Layers.conv1d(filters, kernel).same().withoutBias())
            .transpose(0, 2, 1)
            .named("features")
            .dense(units, Dense::withoutBias);
    Flow scores =
        query
            .named("query")
            .dense(units)
            .unsqueeze(1)
            .add(keys)
            .add(where)
            .tanh()
            .named("score")
            .dense(1, Dense::withoutBias)
            .squeeze(2);
    if (inputs.size() == 5) {
      scores = scores.where(inputs.get(4), scores.number(Double.NEGATIVE_INFINITY));
    }
    Flow weights = scores.softmax(-1);
    return List.of(weights.unsqueeze(1).matmul(memory).squeeze(1), weights);
  }
}
