package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * bernoulli(x) = 1 with the probability x, else 0, of type {@code dtype}, by default that of x.
 *
 * <p>The same for the same {@code seed}; without one others each time.
 */
public final class Bernoulli {
  public static final OpDef OP =
      OpDef.named("bernoulli")
          .attr("dtype")
          .attr("seed")
          .impureUnless("seed")
          .types(
              in -> {
                in.require(in.dtype(0).isFloat(), "probabilities must be of a floating type");
                DType dtype = in.attrs().has("dtype") ? in.attrs().dtype("dtype") : in.dtype(0);
                in.require(dtype != DType.STRING, "dtype must be a number type or boolean");
                return List.of(Type.tensor(dtype, in.shape(0)));
              })
          .reference(
              in -> {
                TensorBuilder y = in.builder(0);
                long seed = Philox.seed(in);
                for (long i = 0; i < y.shape().elements(); i++) {
                  boolean hit = Philox.uniform(seed, i) < in.tensor(0).getDouble(i);
                  y.set(i, hit ? 1L : 0L);
                }
                return List.of(y.build());
              })
          .flat()
          .define();

  private Bernoulli() {}
}
