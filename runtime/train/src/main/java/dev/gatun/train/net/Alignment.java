package dev.gatun.train.net;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import java.util.List;

/**
 * Soft alignment of a decoder's state with an encoder's: {@code call(query, keys)} of [N, Q] and
 * [N, T, K], or with booleans [N, T] that tell which keys count, gives the context [N, K], the mean
 * of the keys, and its weights [N, T].
 *
 * <p>The score of a key is {@code score} . tanh({@code query} q + {@code key} k), {@code units}
 * wide (Bahdanau and others 2014), or q' {@code weight} k (Luong and others 2015).
 *
 * @param units of the additive form; 0 for the multiplicative one
 */
public record Alignment(long units) implements Module {
  public Alignment {
    if (units < 0) {
      throw new GatunException("alignment: units cannot be negative, got " + units);
    }
  }

  @Override
  public List<Flow> apply(List<Flow> inputs) {
    if (inputs.size() < 2
        || inputs.size() > 3
        || inputs.get(0).rank() != 2
        || inputs.get(1).rank() != 3) {
      throw new GatunException(
          "needs a query [batch, width], keys [batch, time, width] and maybe which of them are"
              + " seen");
    }
    Flow keys = inputs.get(1);
    Flow scores = scores(inputs.get(0), keys);
    if (inputs.size() == 3) {
      scores = scores.where(inputs.get(2), scores.number(Double.NEGATIVE_INFINITY));
    }
    Flow weights = scores.softmax(-1);
    return List.of(weights.unsqueeze(1).matmul(keys).squeeze(1), weights);
  }

  private Flow scores(Flow query, Flow keys) {
    long q = query.size(1);
    long k = keys.size(2);
    if (units == 0) {
      Flow weight = query.parameter("weight", Shape.of(q, k), Initializers.xavierUniform());
      return keys.matmul(query.matmul(weight).unsqueeze(2)).squeeze(2);
    }
    Flow a =
        query.matmulTransposed(
            query.parameter("query", Shape.of(units, q), Initializers.xavierUniform()));
    Flow b =
        keys.matmulTransposed(
            query.parameter("key", Shape.of(units, k), Initializers.xavierUniform()));
    Flow score = query.parameter("score", Shape.of(1, units), Initializers.fanIn());
    return a.unsqueeze(1).add(b).tanh().matmulTransposed(score).squeeze(2);
  }
}
