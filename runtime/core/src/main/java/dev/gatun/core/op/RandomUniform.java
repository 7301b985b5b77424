package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * randomUniform(shape) = numbers between {@code low} and {@code high} of type {@code dtype}, which
 * may round up to {@code high}; the same ones for the same {@code seed}, without one others each
 * time.
 */
public final class RandomUniform {
  public static final OpDef OP =
      OpDef.named("randomUniform")
          .attr("dtype", DType.F32)
          .attr("low", 0.0)
          .attr("high", 1.0)
          .attr("seed")
          .impureUnless("seed")
          .types(in -> List.of(Type.tensor(Philox.floating(in), ConstantOfShape.shape(in))))
          .reference(
              in -> {
                TensorBuilder y = in.builder(0);
                long seed = Philox.seed(in);
                double low = in.attrs().real("low");
                double range = in.attrs().real("high") - low;
                for (long i = 0; i < y.shape().elements(); i++) {
                  y.set(i, low + range * Philox.uniform(seed, i));
                }
                return List.of(y.build());
              })
          .define();

  private RandomUniform() {}
}
