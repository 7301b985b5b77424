package dev.gatun.core.op;

import dev.gatun.core.graph.Broadcast;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * clipDynamic(x, min?, max?) = min(max(x, min), max) with bounds that are tensors, broadcast to x.
 *
 * <p>Its meaning is the operators {@link Max} and {@link Min}.
 */
public final class ClipDynamic {
  public static final OpDef OP =
      OpDef.named("clipDynamic")
          .inputs(1, 3)
          .types(
              in -> {
                Shape shape = in.shape(0);
                for (int i = 1; i < in.count(); i++) {
                  if (in.has(i)) {
                    in.require(
                        in.dtype(i) == in.dtype(0), "bounds must have the type of the first input");
                    shape = Broadcast.shape("clipDynamic", shape, in.shape(i));
                  }
                }
                in.require(in.dtype(0).isNumber(), "needs numbers");
                return List.of(Type.tensor(in.dtype(0), shape));
              })
          .decompose(
              (b, in) -> {
                Value y = in.value(0);
                y = in.has(1) ? b.add(Max.OP, y, in.value(1)) : y;
                y = in.has(2) ? b.add(Min.OP, y, in.value(2)) : y;
                return List.of(y);
              })
          .define();

  private ClipDynamic() {}
}
