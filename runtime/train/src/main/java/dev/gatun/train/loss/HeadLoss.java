package dev.gatun.train.loss;

import dev.gatun.core.graph.Node;
import dev.gatun.core.op.Sigmoid;
import dev.gatun.core.op.Softmax;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import java.util.List;
import java.util.Optional;

/**
 * The usual loss of a net by what its output ends with: a softmax means classes, a sigmoid yes or
 * no, several numbers are logits of classes, one number is the value itself. Cross entropies are
 * computed from what goes into softmax and sigmoid, so that they stay finite.
 */
final class HeadLoss implements Objective {
  private record Chosen(Loss loss, Flow from) {}

  private static Chosen choose(List<Flow> outputs) {
    Flow y = outputs.get(0);
    Optional<Node> head = y.value().producer();
    boolean rows = y.rank() == 2;
    if (rows && head.isPresent() && head.get().op() == Softmax.OP) {
      return new Chosen(Losses.softmaxCrossEntropy(), y.with(head.get().input(0)));
    }
    if (head.isPresent() && head.get().op() == Sigmoid.OP) {
      return new Chosen(Losses.sigmoidCrossEntropy(), y.with(head.get().input(0)));
    }
    boolean one = rows && y.size(1) == 1;
    return new Chosen(one ? Losses.meanSquaredError() : Losses.softmaxCrossEntropy(), y);
  }

  @Override
  public List<Input> targets(List<Flow> outputs) {
    if (outputs.size() != 1) {
      return Losses.softmaxCrossEntropy().targets(outputs); // tells that there must be one
    }
    Chosen chosen = choose(outputs);
    return chosen.loss().targets(List.of(chosen.from()));
  }

  @Override
  public Flow value(List<Flow> outputs, List<Flow> targets, Optional<Flow> weights) {
    Chosen chosen = choose(outputs);
    return chosen.loss().value(List.of(chosen.from()), targets, weights);
  }
}
