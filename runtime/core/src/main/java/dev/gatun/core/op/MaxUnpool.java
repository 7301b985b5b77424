package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Backward;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.Arrays;
import java.util.List;

/**
 * maxUnpool(x [N, C, S...], indices [N, C, S...], shape?) = zeros but for y[indices[i]] = x[i]:
 * undoes {@link MaxPool}, whose second output the indices are.
 *
 * <p>They count elements of the natural result, of sizes (S - 1) * stride - pads + kernel; a larger
 * output shape only adds zeros behind it.
 */
public final class MaxUnpool {
  public static final OpDef OP =
      OpDef.named("maxUnpool")
          .inputs(2, 3)
          .attr("kernel")
          .attr("strides")
          .attr("pads")
          .types(MaxUnpool::types)
          .reference(MaxUnpool::run)
          .gradient(MaxUnpool::gradient)
          .define();

  private static List<Type> types(Operands in) {
    in.require(in.dtype(0).isNumber(), "x must be a tensor of numbers");
    Sizes.requireIntegers(in, 1);
    Shape x = in.shape(0);
    Shape indices = in.shape(1);
    if (!x.isRanked()) {
      return List.of(in.tensor(0));
    }
    in.require(x.rank() >= 3, "x must have batch, channel and spatial axes");
    in.require(
        !x.isFixed() || !indices.isFixed() || x.equals(indices),
        "there must be an index for each x");
    Shape natural = natural(in.attrs(), x);
    if (!in.has(2)) {
      return List.of(Type.tensor(in.dtype(0), natural));
    }
    long[] wanted = in.longs(2).orElse(null);
    if (wanted == null) {
      return List.of(Type.tensor(in.dtype(0), Axes.unknown(x.rank())));
    }
    boolean good = wanted.length == x.rank();
    for (int a = 0; good && a < wanted.length; a++) {
      good = wanted[a] >= natural.size(a);
    }
    in.require(good, "the output shape must be at least %s, got %s", natural, Sizes.text(wanted));
    return List.of(Type.tensor(in.dtype(0), Shape.of(wanted)));
  }

  private static Shape natural(Attrs attrs, Shape x) {
    Window window =
        Window.transposed("maxUnpool", attrs, Planes.spatial(x, false), attrs.longs("kernel"));
    return Planes.shape(x.size(0), x.size(1), window.out(), false);
  }

  private static List<Tensor> run(Evaluation in) {
    Tensor x = in.tensor(0);
    long[] indices = in.longs(1);
    Shape natural = natural(in.attrs(), x.shape());
    TensorBuilder y = new TensorBuilder(x.dtype(), natural);
    for (int i = 0; i < indices.length; i++) {
      if (indices[i] < 0 || indices[i] >= natural.elements()) {
        throw in.error("index %d is outside the result %s", indices[i], natural);
      }
      y.copy(indices[i], x, i);
    }
    Shape shape = in.shape(0);
    if (shape.equals(natural)) {
      return List.of(y.build());
    }
    TensorBuilder larger = in.builder(0);
    long[][] maps = new long[shape.rank()][];
    for (int a = 0; a < maps.length; a++) {
      maps[a] = new long[Math.toIntExact(shape.size(a))];
      Arrays.setAll(maps[a], i -> i);
      Arrays.fill(maps[a], Math.toIntExact(natural.size(a)), maps[a].length, -1);
    }
    MappedCopy.into(larger, y.build(), maps);
    return List.of(larger.build());
  }

  private static List<Value> gradient(Backward g) {
    Formula f = new Formula(g.b());
    long[] natural = natural(g.attrs(), g.x(0).tensorType().shape()).sizes();
    long[] whole = g.dy().tensorType().shape().sizes();
    Value dy = g.dy();
    for (int a = 0; a < natural.length; a++) {
      dy = f.padAxis(dy, a, 0, natural[a] - whole[a]);
    }
    return List.of(f.rows(f.reshape(dy, -1), g.x(1)));
  }

  private MaxUnpool() {}
}
