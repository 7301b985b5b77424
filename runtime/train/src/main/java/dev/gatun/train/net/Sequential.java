package dev.gatun.train.net;

import dev.gatun.core.tensor.ShapeException;
import java.util.ArrayList;
import java.util.List;

/** A network of layers one after the other, being put together; {@link #build} ends it. */
public final class Sequential implements Chain<Sequential> {
  private record Step(Layer layer, String name) {}

  private final Input input;
  private final List<Step> steps = new ArrayList<>();
  private String nextName = "";

  Sequential(Input input) {
    this.input = input;
  }

  @Override
  public Sequential then(Layer layer) {
    steps.add(new Step(layer, nextName));
    nextName = "";
    return this;
  }

  @Override
  public Sequential named(String name) {
    nextName = name;
    return this;
  }

  /** All steps as one layer, to be used in other networks. */
  public Layer layer() {
    List<Step> all = List.copyOf(steps);
    return x -> run(all, x);
  }

  /**
   * The network.
   *
   * @throws ShapeException if a layer cannot take what comes before it; names the layer and the
   *     shapes
   */
  public Net build() {
    List<Step> all = List.copyOf(steps);
    return Net.of(List.of(input), inputs -> List.of(run(all, inputs.get(0))));
  }

  private static Flow run(List<Step> steps, Flow x) {
    Flow y = x;
    for (Step step : steps) {
      y = step.name().isEmpty() ? y.then(step.layer()) : y.named(step.name()).then(step.layer());
    }
    return y;
  }
}
