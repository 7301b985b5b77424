package dev.gatun.train.net;

import java.util.List;

/**
 * A function of several values with several results, maybe with parameters; as {@link Layer}, which
 * is the form for one of each.
 */
@FunctionalInterface
public interface Module extends Component {
  /** The results. */
  List<Flow> apply(List<Flow> inputs);

  /** As {@link Layer#checkpointed}. */
  static Module checkpointed(Module module) {
    return new Checkpointed(module);
  }

  /** Marks what a module computes. */
  record Checkpointed(Module module) implements Module {
    @Override
    public List<Flow> apply(List<Flow> inputs) {
      return inputs.get(0).trace().checkpointed(() -> module.apply(inputs));
    }
  }

  /** Applies this module as a part of a network, with a scope for its parameters. */
  default List<Flow> call(Flow... inputs) {
    return inputs[0].trace().call(this, List.of(inputs));
  }
}
