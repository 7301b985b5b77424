package dev.gatun.models.part;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Reshape;
import dev.gatun.core.op.Resize;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import java.util.List;

/** Pictures of any size, and as rows of positions. */
public final class Images {
  /** Pictures of any size. */
  public static Input input(long channels) {
    return new Input("pixel_values", DType.F32, Shape.of(channels, Shape.UNKNOWN, Shape.UNKNOWN));
  }

  /** [B, C, H, W] to [B, H W, C]. */
  public static Flow rows(Flow x) {
    return x.reshape(0, x.size(1), -1).transpose(0, 2, 1);
  }

  /** [B, H W, C] to [B, C, H, W] with the height and width of another value. */
  public static Flow picture(Flow rows, Flow like) {
    Flow x = rows.transpose(0, 2, 1);
    if (like.size(2) >= 0 && like.size(3) >= 0) {
      return x.reshape(0, 0, like.size(2), like.size(3));
    }
    Flow kept = like.constant(Tensor.vector(0, 0));
    Flow sizes = Flow.concat(0, kept, like.sizes().slice(0, 2, 4));
    // The second one says how many channels there are, which the first one's type does not.
    return x.op(Reshape.OP, Attrs.NONE, sizes).reshape(0, rows.size(-1), 0, 0);
  }

  /** [B, C, h, w] to the height and width of another value, linearly between pixels' centres. */
  public static Flow resized(Flow x, Flow like) {
    int rank = like.rank();
    Flow sizes =
        like.size(-1) >= 0 && like.size(-2) >= 0
            ? like.constant(Tensor.vector(like.size(-2), like.size(-1)))
            : like.sizes().slice(0, rank - 2L, rank);
    Attrs attrs =
        Attrs.of("mode", "linear", "coordinateMode", "half_pixel", "axes", new long[] {2, 3});
    List<Value> args = List.of(x.value(), Value.ABSENT, sizes.value());
    return x.with(x.graph().add(Resize.OP, attrs, args, 1, "").get(0));
  }

  private Images() {}
}
