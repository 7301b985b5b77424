package dev.gatun.core.fuse;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Cast;
import dev.gatun.core.op.DequantizeLinear;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Type;
import java.util.Arrays;
import java.util.List;

/**
 * A target operator: narrowMatmul(x [..., K], weight, scale?, zero?, offset?) [..., N], the product
 * of float32 with a matrix of fewer bits that a kernel widens while it reads it.
 *
 * <p>Its meaning is that of the nodes it stands for: without a scale the weight is cast to float32,
 * with one it goes through {@link DequantizeLinear} with the attributes {@code axis} and {@code
 * blockSize}; then comes {@link Matmul}.
 */
public final class NarrowMatmul {
  public static final OpDef OP =
      OpDef.named("narrowMatmul")
          .inputs(2, 5)
          .attr("transposeB", false)
          .attr("axis", 0)
          .attr("blockSize", 0)
          .types(NarrowMatmul::types)
          .decompose(NarrowMatmul::build)
          .define();

  private static List<Type> types(Operands in) {
    in.require(in.dtype(0) == DType.F32, "x must be float32");
    Shape x = in.shape(0);
    Shape w = in.shape(1);
    in.require(w.isRanked() && w.rank() == 2, "the weight must be a matrix");
    if (!x.isRanked()) {
      return List.of(Type.tensor(DType.F32, Shape.UNRANKED));
    }
    boolean turned = in.attrs().flag("transposeB");
    in.require(
        x.rank() > 0 && (x.size(-1) < 0 || x.size(-1) == w.size(turned ? 1 : 0)),
        "inner sizes differ: %s x %s%s",
        x,
        w,
        turned ? " transposed" : "");
    long[] sizes = Arrays.copyOf(x.sizes(), x.rank());
    sizes[sizes.length - 1] = w.size(turned ? 0 : 1);
    return List.of(Type.tensor(DType.F32, Shape.of(sizes)));
  }

  private static List<Value> build(GraphBuilder b, Operands in) {
    Value weight;
    if (in.has(2)) {
      Attrs attrs =
          Attrs.of(
              "axis",
              in.attrs().integer("axis"),
              "blockSize",
              in.attrs().integer("blockSize"),
              "outputDtype",
              DType.F32);
      List<Value> inputs = in.inputs().subList(1, in.count());
      weight = b.add(DequantizeLinear.OP, attrs, inputs, 1, "").get(0);
    } else {
      weight = b.add(Cast.OP, Attrs.of("to", DType.F32), in.value(1));
    }
    Attrs attrs = Attrs.of("transposeB", in.attrs().flag("transposeB"));
    return List.of(b.add(Matmul.OP, attrs, in.value(0), weight));
  }

  private NarrowMatmul() {}
}
