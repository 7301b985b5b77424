package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * spaceToDepth(x) = blocks of space moved into channels: [B, C, H * b, W * b] to [B, b * b * C, H,
 * W].
 *
 * <p>{@code mode} says whether the channels come out as [b, b, C] ("DCR") or as [C, b, b] ("CRD");
 * {@code layout} is "NCHW" or "NHWC".
 */
public final class SpaceToDepth {
  public static final OpDef OP =
      OpDef.named("spaceToDepth")
          .attr("blockSize")
          .attr("mode", "DCR")
          .attr("layout", "NCHW")
          .fusion(FusionClass.INJECTIVE)
          .types(in -> List.of(Type.tensor(in.dtype(0), shape(in))))
          .decompose(SpaceToDepth::parts)
          .define();

  private static Shape shape(Operands in) {
    long block = in.attrs().integer("blockSize");
    in.require(block > 0, "blockSize must be positive, got %d", block);
    Shape x = in.shape(0);
    if (!x.isRanked()) {
      return Axes.unknown(4);
    }
    in.require(x.rank() == 4, "x must have four axes");
    boolean last = channelsLast(in);
    long[] sizes = x.sizes();
    int c = last ? 3 : 1;
    int h = last ? 1 : 2;
    sizes[c] = sizes[c] < 0 ? Shape.UNKNOWN : sizes[c] * block * block;
    for (int axis = h; axis < h + 2; axis++) {
      in.require(
          sizes[axis] < 0 || sizes[axis] % block == 0,
          "size %d of axis %d does not divide by blockSize %d",
          sizes[axis],
          axis,
          block);
      sizes[axis] = sizes[axis] < 0 ? Shape.UNKNOWN : sizes[axis] / block;
    }
    return Shape.of(sizes);
  }

  private static boolean channelsLast(Operands in) {
    return switch (in.attrs().text("layout")) {
      case "NCHW" -> false;
      case "NHWC" -> true;
      default -> throw in.error("layout must be NCHW or NHWC");
    };
  }

  private static List<Value> parts(GraphBuilder b, Operands in) {
    Shape to = shape(in);
    in.require(to.isFixed(), "sizes must be known to decompose");
    boolean last = channelsLast(in);
    long k = in.attrs().integer("blockSize");
    long batch = to.size(0);
    long c = in.shape(0).size(last ? 3 : 1);
    long h = to.size(last ? 1 : 2);
    long w = to.size(last ? 2 : 3);
    long[] split = last ? new long[] {batch, h, k, w, k, c} : new long[] {batch, c, h, k, w, k};
    boolean channelsOuter =
        switch (in.attrs().text("mode")) {
          case "DCR" -> false;
          case "CRD" -> true;
          default -> throw in.error("mode must be DCR or CRD");
        };
    int[] perm;
    if (last) {
      perm = channelsOuter ? new int[] {0, 1, 3, 5, 2, 4} : new int[] {0, 1, 3, 2, 4, 5};
    } else {
      perm = channelsOuter ? new int[] {0, 1, 3, 5, 2, 4} : new int[] {0, 3, 5, 1, 2, 4};
    }
    Attrs exact = Attrs.of("allowZero", true);
    Value parts = b.add(Reshape.OP, exact, in.value(0), b.constant(Tensor.vector(split)));
    Value moved = b.add(Transpose.OP, Attrs.of("perm", perm), parts);
    return List.of(b.add(Reshape.OP, exact, moved, b.constant(Tensor.vector(to.sizes()))));
  }

  private SpaceToDepth() {}
}
