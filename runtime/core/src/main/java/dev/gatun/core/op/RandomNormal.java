package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * randomNormal(shape) = numbers of a normal distribution of {@code mean} and standard deviation
 * {@code scale}; the same ones for the same {@code seed}, without one others each time.
 */
public final class RandomNormal {
  public static final OpDef OP =
      OpDef.named("randomNormal")
          .attr("dtype", DType.F32)
          .attr("mean", 0.0)
          .attr("scale", 1.0)
          .attr("seed")
          .impureUnless("seed")
          .types(in -> List.of(Type.tensor(Philox.floating(in), ConstantOfShape.shape(in))))
          .reference(
              in -> {
                TensorBuilder y = in.builder(0);
                long seed = Philox.seed(in);
                double mean = in.attrs().real("mean");
                double scale = in.attrs().real("scale");
                for (long i = 0; i < y.shape().elements(); i++) {
                  y.set(i, mean + scale * Philox.normal(seed, i));
                }
                return List.of(y.build());
              })
          .define();

  private RandomNormal() {}
}
