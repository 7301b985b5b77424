package dev.gatun.vision.net;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Resize;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Initializers;
import java.util.ArrayList;
import java.util.List;

/**
 * A feature pyramid (Lin and others 2017): each level joined with what the coarser ones saw.
 *
 * @param name of its parameters, as torchvision has them below it
 * @param channels of all levels
 */
public record Pyramid(String name, long channels) {
  /** Levels from fine to coarse, and one more of every other place of the last. */
  public List<Flow> apply(List<Flow> levels) {
    List<Flow> results = new ArrayList<>();
    Flow above = inner(levels.getLast(), levels.size() - 1);
    results.add(outer(above, levels.size() - 1));
    for (int i = levels.size() - 2; i >= 0; i--) {
      Flow own = inner(levels.get(i), i);
      above = own.add(enlarged(above, own));
      results.addFirst(outer(above, i));
    }
    results.add(results.getLast().maxPool2d(1, o -> o.stride(2)));
    return results;
  }

  private Flow inner(Flow x, int level) {
    return x.named(name + ".inner_blocks." + level + ".0")
        .conv2d(
            channels, 1, o -> o.weights(Initializers.xavierUniform()).biases(Initializers.zeros()));
  }

  private Flow outer(Flow x, int level) {
    return x.named(name + ".layer_blocks." + level + ".0")
        .conv2d(
            channels,
            3,
            o -> o.pad(1).weights(Initializers.xavierUniform()).biases(Initializers.zeros()));
  }

  /** To the size of another one, each pixel several times. */
  private static Flow enlarged(Flow x, Flow like) {
    Flow sizes =
        like.size(2) >= 0 && like.size(3) >= 0
            ? like.constant(Tensor.vector(like.size(2), like.size(3)))
            : like.sizes().slice(0, 2, 4);
    Attrs attrs =
        Attrs.of("coordinateMode", "asymmetric", "nearestMode", "floor", "axes", new long[] {2, 3});
    List<Value> args = List.of(x.value(), Value.ABSENT, sizes.value());
    return x.with(x.graph().add(Resize.OP, attrs, args, 1, "").get(0));
  }
}
