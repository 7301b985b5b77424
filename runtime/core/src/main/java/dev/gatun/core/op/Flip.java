package dev.gatun.core.op;

import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.Indexer;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.Tensor;
import java.util.List;

/** flip(x) = x backwards along {@code axes}. */
public final class Flip {
  public static final OpDef OP =
      OpDef.named("flip")
          .attr("axes")
          .fusion(FusionClass.INJECTIVE)
          .types(
              in -> {
                if (in.shape(0).isRanked()) {
                  Axes.several(in, in.attrs().longs("axes"), in.shape(0).rank());
                }
                return List.of(in.type(0));
              })
          .reference(
              in -> {
                Tensor x = in.tensor(0);
                long[] strides = Indexer.strides(x.shape());
                long offset = 0;
                for (long axis : in.attrs().longs("axes")) {
                  if (x.shape().rank() > 0) {
                    int k = Axes.at(axis, strides.length);
                    offset += (x.shape().size(k) - 1) * strides[k];
                    strides[k] = -strides[k];
                  }
                }
                return List.of(StridedCopy.copy(x, x.shape(), offset, strides));
              })
          .gradient(g -> List.of(g.b().add(g.node().op(), g.attrs(), g.dy())))
          .define();

  private Flip() {}
}
