package dev.gatun.core.op;

import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.OpDef;

/** hardmax(x) = 1 at the first largest element along an axis, else 0. */
public final class Hardmax {
  public static final OpDef OP =
      OpDef.named("hardmax")
          .attr("axis", -1)
          .fusion(FusionClass.ROWWISE)
          .types(Softmaxes::types)
          .reference(in -> Softmaxes.run("hardmax", in, Hardmax::line))
          .flat()
          .define();

  private static void line(double[] x, int from, int count, int stride) {

    int best = 0;
    for (int i = 1; i < count; i++) {
      if (x[from + i * stride] > x[from + best * stride]) {
        best = i;
      }
    }
    for (int i = 0; i < count; i++) {
      x[from + i * stride] = i == best ? 1 : 0;
    }
  }

  private Hardmax() {}
}
