package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Backward;
import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.Indexer;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * transpose(x) = x with its axes reordered: axis i of the result is axis perm[i] of x; without
 * {@code perm} the axes are reversed.
 */
public final class Transpose {
  public static final OpDef OP =
      OpDef.named("transpose")
          .attr("perm")
          .fusion(FusionClass.INJECTIVE)
          .types(in -> List.of(Type.tensor(in.dtype(0), shape(in))))
          .reference(
              in -> {
                Tensor x = in.tensor(0);
                return List.of(permute(x, perm(in.attrs(), x.shape().rank())));
              })
          .gradient(Transpose::gradient)
          .define();

  private static Shape shape(Operands in) {
    Shape x = in.shape(0);
    if (!x.isRanked()) {
      return in.attrs().has("perm")
          ? Axes.unknown(in.attrs().longs("perm").length)
          : Shape.UNRANKED;
    }
    long[] perm = in.attrs().optionalLongs("perm").orElseGet(() -> reversed(x.rank()));
    in.require(perm.length == x.rank(), "perm %s needs an entry for each axis", Sizes.text(perm));
    int[] axes = Axes.several(in, perm, x.rank());
    long[] sizes = new long[axes.length];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = x.size(axes[i]);
    }
    return Shape.of(sizes);
  }

  /** Which axis of x each axis of the result is; without the attribute they are reversed. */
  public static int[] perm(Attrs attrs, int rank) {
    long[] given = attrs.optionalLongs("perm").orElseGet(() -> reversed(rank));
    int[] perm = new int[rank];
    for (int i = 0; i < rank; i++) {
      perm[i] = Axes.at(given[i], rank);
    }
    return perm;
  }

  private static long[] reversed(int rank) {
    long[] perm = new long[rank];
    for (int i = 0; i < rank; i++) {
      perm[i] = rank - 1L - i;
    }
    return perm;
  }

  /** The tensor with axis i taken from axis perm[i]; for other operators' references too. */
  static Tensor permute(Tensor x, int... perm) {
    long[] from = Indexer.strides(x.shape());
    long[] sizes = new long[perm.length];
    long[] strides = new long[perm.length];
    for (int i = 0; i < perm.length; i++) {
      sizes[i] = x.shape().size(perm[i]);
      strides[i] = from[perm[i]];
    }
    return StridedCopy.copy(x, Shape.of(sizes), 0, strides);
  }

  private static List<Value> gradient(Backward g) {
    Attrs attrs = g.attrs();
    if (attrs.has("perm")) {
      attrs = Attrs.of("perm", inverse(attrs.longs("perm")));
    }
    return List.of(g.b().add(OP, attrs, g.dy()));
  }

  /** The permutation that undoes another. */
  static long[] inverse(long[] perm) {
    long[] inverse = new long[perm.length];
    for (int i = 0; i < perm.length; i++) {
      inverse[Axes.at(perm[i], perm.length)] = i;
    }
    return inverse;
  }

  private Transpose() {}
}
