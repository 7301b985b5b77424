package dev.gatun.train.net;

/**
 * A function of one value, maybe with parameters: the building block of networks.
 *
 * <p>A layer asks the value that it is applied to for its parameters ({@link Flow#parameter}). An
 * object that is applied several times in a network uses the same parameters each time; a lambda
 * has new ones each time, unless it is {@link #shared}.
 */
@FunctionalInterface
public interface Layer extends Component {
  /** The result; the shape of {@code x} is known but for the size of the batch, axis 0. */
  Flow apply(Flow x);

  /** This layer, then another. */
  default Layer then(Layer next) {
    return x -> x.then(this).then(next);
  }

  /** A layer that has one set of parameters however often it is applied. */
  static Layer shared(Layer layer) {
    return new Shared(layer);
  }

  /**
   * The same layer with the same parameters, whose inner values are not kept while training but
   * computed again from its input when the backward pass needs them (gradient checkpointing, Chen
   * and others 2016): the same numbers bit for bit, with less memory and more time. Of layers
   * within each other the outermost counts.
   */
  static Layer checkpointed(Layer layer) {
    return new Checkpointed(layer);
  }

  /** Marks what a layer computes. */
  record Checkpointed(Layer layer) implements Layer {
    @Override
    public Flow apply(Flow x) {
      return x.trace().checkpointed(() -> layer.apply(x));
    }
  }

  /** Gives a lambda an identity. */
  final class Shared implements Layer {
    private final Layer layer;

    private Shared(Layer layer) {
      this.layer = layer;
    }

    @Override
    public Flow apply(Flow x) {
      return layer.apply(x);
    }
  }
}
