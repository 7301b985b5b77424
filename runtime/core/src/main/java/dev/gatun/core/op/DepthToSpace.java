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
 * depthToSpace(x) = blocks of channels moved into space: [B, C * b * b, H, W] to [B, C, H * b, W *
 * b].
 *
 * <p>{@code mode} says whether the channels lie as [b, b, C] ("DCR") or as [C, b, b] ("CRD");
 * {@code layout} is "NCHW" or "NHWC".
 */
public final class DepthToSpace {
  public static final OpDef OP =
      OpDef.named("depthToSpace")
          .attr("blockSize")
          .attr("mode", "DCR")
          .attr("layout", "NCHW")
          .fusion(FusionClass.INJECTIVE)
          .types(in -> List.of(Type.tensor(in.dtype(0), shape(in))))
          .decompose(DepthToSpace::parts)
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
    in.require(
        sizes[c] < 0 || sizes[c] % (block * block) == 0,
        "%d channels do not divide by blockSize squared, %d",
        sizes[c],
        block * block);
    sizes[c] = sizes[c] < 0 ? Shape.UNKNOWN : sizes[c] / (block * block);
    sizes[h] = sizes[h] < 0 ? Shape.UNKNOWN : sizes[h] * block;
    sizes[h + 1] = sizes[h + 1] < 0 ? Shape.UNKNOWN : sizes[h + 1] * block;
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
    boolean channelsOuter =
        switch (in.attrs().text("mode")) {
          case "DCR" -> false;
          case "CRD" -> true;
          default -> throw in.error("mode must be DCR or CRD");
        };
    long k = in.attrs().integer("blockSize");
    Shape x = in.shape(0);
    long batch = x.size(0);
    long c = to.size(last ? 3 : 1);
    long h = x.size(last ? 1 : 2);
    long w = x.size(last ? 2 : 3);
    long[] split;
    int[] perm;
    if (last) {
      split = channelsOuter ? new long[] {batch, h, w, c, k, k} : new long[] {batch, h, w, k, k, c};
      perm = channelsOuter ? new int[] {0, 1, 4, 2, 5, 3} : new int[] {0, 1, 3, 2, 4, 5};
    } else {
      split = channelsOuter ? new long[] {batch, c, k, k, h, w} : new long[] {batch, k, k, c, h, w};
      perm = channelsOuter ? new int[] {0, 1, 4, 2, 5, 3} : new int[] {0, 3, 4, 1, 5, 2};
    }
    Attrs exact = Attrs.of("allowZero", true);
    Value parts = b.add(Reshape.OP, exact, in.value(0), b.constant(Tensor.vector(split)));
    Value moved = b.add(Transpose.OP, Attrs.of("perm", perm), parts);
    return List.of(b.add(Reshape.OP, exact, moved, b.constant(Tensor.vector(to.sizes()))));
  }

  private DepthToSpace() {}
}
