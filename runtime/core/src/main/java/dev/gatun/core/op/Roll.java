package dev.gatun.core.op;

import dev.gatun.core.graph.Backward;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import java.util.Arrays;
import java.util.List;

/**
 * roll(x) = x shifted along {@code axes} by {@code shifts}; what leaves at one end enters at the
 * other.
 *
 * <p>Without axes there is one shift, over the elements in order.
 */
public final class Roll {
  public static final OpDef OP =
      OpDef.named("roll")
          .attr("shifts")
          .attr("axes", List.of())
          .fusion(FusionClass.INJECTIVE)
          .types(
              in -> {
                long[] axes = in.attrs().longs("axes");
                int shifts = in.attrs().longs("shifts").length;
                in.require(
                    shifts == Math.max(1, axes.length),
                    "%d shifts for %d axes",
                    shifts,
                    axes.length);
                if (in.shape(0).isRanked()) {
                  for (long axis : axes) {
                    Axes.one(in, axis, in.shape(0).rank());
                  }
                }
                return List.of(in.type(0));
              })
          .reference(in -> List.of(run(in)))
          .gradient(Roll::gradient)
          .define();

  private static Tensor run(Evaluation in) {
    Tensor x = in.tensor(0);
    Shape shape = x.shape();
    long[] shifts = in.attrs().longs("shifts");
    long[] axes = in.attrs().longs("axes");
    boolean flat = axes.length == 0 || shape.rank() == 0;
    Tensor from = flat ? x.reshape(Shape.of(x.elements())) : x;
    long[][] maps = MappedCopy.same(from.shape());
    for (int i = 0; i < shifts.length; i++) {
      int axis = flat ? 0 : Axes.at(axes[i], shape.rank());
      long shift = shifts[i];
      long[] before = maps[axis].clone();
      // An axis may be given twice: its shifts add up.
      Arrays.setAll(maps[axis], k -> before[Math.floorMod(k - shift, before.length)]);
    }
    TensorBuilder y = new TensorBuilder(x.dtype(), from.shape());
    MappedCopy.into(y, from, maps);
    return y.build().reshape(shape);
  }

  private static List<Value> gradient(Backward g) {
    long[] back = g.attrs().longs("shifts");
    for (int i = 0; i < back.length; i++) {
      back[i] = -back[i];
    }
    return List.of(g.b().add(OP, g.attrs().with("shifts", back), g.dy()));
  }

  private Roll() {}
}
