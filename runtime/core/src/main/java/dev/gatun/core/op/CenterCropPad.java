package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.List;
import java.util.stream.LongStream;

/**
 * centerCropPad(x, shape) = x cropped or padded with zeros to the given sizes of {@code axes} (all
 * by default), half of it at either end; the odd element goes to the end.
 */
public final class CenterCropPad {
  public static final OpDef OP =
      OpDef.named("centerCropPad")
          .inputs(2)
          .attr("axes")
          .fusion(FusionClass.INJECTIVE)
          .types(in -> List.of(Type.tensor(in.dtype(0), shape(in))))
          .reference(in -> List.of(run(in)))
          .differentiateAs(CenterCropPad::build)
          .define();

  private static Shape shape(Operands in) {
    Sizes.requireIntegers(in, 1);
    Shape x = in.shape(0);
    if (!x.isRanked()) {
      return x;
    }
    long[] given = in.attrs().optionalLongs("axes").orElse(LongStream.range(0, x.rank()).toArray());
    int[] axes = Axes.several(in, given, x.rank());
    long[] sizes = x.sizes();
    long[] wanted = in.longs(1).orElse(null);
    in.require(
        wanted == null || wanted.length == axes.length, "needs %d sizes, one an axis", axes.length);
    for (int i = 0; i < axes.length; i++) {
      in.require(wanted == null || wanted[i] >= 0, "sizes must be 0 or more");
      sizes[axes[i]] = wanted == null ? Shape.UNKNOWN : wanted[i];
    }
    return Shape.of(sizes);
  }

  private static Tensor run(Evaluation in) {
    Tensor x = in.tensor(0);
    TensorBuilder y = in.builder(0);
    long[][] maps = new long[y.shape().rank()][];
    for (int a = 0; a < maps.length; a++) {
      long from = x.shape().size(a);
      long to = y.shape().size(a);
      long shift = from >= to ? (from - to) / 2 : -((to - from) / 2);
      maps[a] = new long[Sizes.toInt(to)];
      for (int i = 0; i < maps[a].length; i++) {
        long source = i + shift;
        maps[a][i] = source >= 0 && source < from ? source : -1;
      }
    }
    MappedCopy.into(y, x, maps);
    return y.build();
  }

  private static List<Value> build(GraphBuilder b, Operands in) {
    Formula f = new Formula(b);
    long[] wanted =
        in.longs(1).orElseThrow(() -> in.error("has a gradient only if the sizes are constant"));
    Shape x = in.shape(0);
    long[] axes = in.attrs().optionalLongs("axes").orElse(LongStream.range(0, x.rank()).toArray());
    Value y = in.value(0);
    for (int i = 0; i < axes.length; i++) {
      long more = wanted[i] - x.size((int) axes[i]);
      y = f.padAxis(y, axes[i], more / 2, more - more / 2);
    }
    return List.of(y);
  }

  private CenterCropPad() {}
}
