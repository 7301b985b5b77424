package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * randomLike(x, key i64 [2]) = random numbers of x's type and shape, of which only these count; the
 * same ones for the same key and {@code stream}, so forward and backward pass of a training step
 * share a mask, and a resumed run draws what it would have drawn.
 *
 * <p>key = (seed, draw): a state whose second number is counted up gives others in each step.
 * distribution is "uniform" in [0, 1) or "normal". Along the axes {@code shared} all numbers are
 * the same one and the size is 1, as for dropout of whole channels.
 */
public final class RandomLike {
  public static final OpDef OP =
      OpDef.named("randomLike")
          .inputs(2)
          .attr("distribution", "uniform")
          .attr("stream", 0)
          .attr("shared", List.of())
          .types(RandomLike::types)
          .reference(
              in -> {
                TensorBuilder y = in.builder(0);
                long[] key = in.longs(1);
                long stream = in.attrs().integer("stream");
                boolean normal = in.attrs().text("distribution").equals("normal");
                for (long i = 0; i < y.shape().elements(); i++) {
                  int[] words = Philox.words(key[0], i, key[1], stream);
                  y.set(i, normal ? Philox.normal(words) : unit(y, words));
                }
                return List.of(y.build());
              })
          .flat()
          .define();

  /** A number that stays below 1 when it is rounded to the type. */
  private static double unit(TensorBuilder y, int[] words) {
    int bits =
        switch (y.dtype()) {
          case F64 -> 53;
          case F32 -> 24;
          case F16 -> 11;
          default -> 8;
        };
    return (double) ((long) words[0] << 32 >>> 1 >>> (63 - bits)) * Math.scalb(1.0, -bits);
  }

  private static List<Type> types(Operands in) {
    in.require(in.dtype(0).isFloat(), "x must be a floating tensor");
    in.require(in.dtype(1).isInteger(), "the key must be two integers");
    Shape key = in.shape(1);
    in.require(
        !key.isRanked() || key.rank() == 1 && (key.size(0) == 2 || key.size(0) < 0),
        "the key must be [2]: seed and draw");
    String distribution = in.attrs().text("distribution");
    in.require(
        List.of("uniform", "normal").contains(distribution),
        "distribution must be uniform or normal, got %s",
        distribution);
    Shape x = in.shape(0);
    if (!x.isRanked()) {
      return List.of(in.tensor(0));
    }
    long[] sizes = x.sizes();
    for (long axis : in.attrs().longs("shared")) {
      sizes[x.axis("randomLike", axis)] = 1;
    }
    return List.of(Type.tensor(in.dtype(0), sizes));
  }

  private RandomLike() {}
}
