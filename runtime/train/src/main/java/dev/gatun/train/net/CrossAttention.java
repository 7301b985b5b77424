package dev.gatun.train.net;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import java.util.List;

/**
 * Multi-head attention of x [N, T, C] to a memory [N, S, D], such as an encoder's results: {@code
 * call(x, memory)}, or {@code call(x, memory, seen)} with booleans [N, S] that tell which of its
 * positions count.
 *
 * <p>Parameters are those of PyTorch's MultiheadAttention: {@code in_proj_weight} [3 C, C] where
 * the memory is as wide as x, else {@code q_proj_weight} [C, C], {@code k_proj_weight} and {@code
 * v_proj_weight} [C, D]; {@code in_proj_bias}, {@code out_proj.weight} and {@code out_proj.bias}.
 */
public record CrossAttention(long heads) implements Module {
  public CrossAttention {
    if (heads < 1) {
      throw new GatunException("attention: there must be at least one head, got " + heads);
    }
  }

  @Override
  public List<Flow> apply(List<Flow> inputs) {
    if (inputs.size() < 2 || inputs.size() > 3) {
      throw new GatunException(
          "needs x, a memory and maybe which of its positions are seen, got "
              + inputs.size()
              + " inputs");
    }
    Flow x = inputs.get(0);
    Flow memory = inputs.get(1);
    Heads.check(x, heads);
    if (memory.rank() != 3) {
      throw new GatunException("the memory must be [batch, time, width], got " + memory.shape());
    }
    long width = x.size(2);
    Flow bias = x.parameter("in_proj_bias", Shape.of(3 * width), Initializers.zeros());
    Flow[] projected = new Flow[3];
    for (int i = 0; i < 3; i++) {
      projected[i] =
          (i == 0 ? x : memory)
              .matmulTransposed(weight(x, memory, i))
              .add(bias.slice(0, i * width, (i + 1) * width));
    }
    return List.of(
        Heads.attend(
            x,
            projected[0],
            projected[1],
            projected[2],
            heads,
            false,
            new AttentionPositions.None(),
            inputs.stream().skip(2).findFirst()));
  }

  private static Flow weight(Flow x, Flow memory, int part) {
    long width = x.size(2);
    Initializer first = Initializers.xavierUniform();
    if (memory.size(2) == width) {
      return x.parameter("in_proj_weight", Shape.of(3 * width, width), first)
          .slice(0, part * width, (part + 1) * width);
    }
    String name = List.of("q_proj_weight", "k_proj_weight", "v_proj_weight").get(part);
    return x.parameter(name, Shape.of(width, part == 0 ? width : memory.size(2)), first);
  }
}
