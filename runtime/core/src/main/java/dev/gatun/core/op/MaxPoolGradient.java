package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Backward;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * maxPoolGradient(x [N, C, S...], dy [N, C, T...]) [N, C, S...]: the gradient of {@link MaxPool},
 * dy of each window at its largest element, the first of equal ones.
 */
public final class MaxPoolGradient {
  public static final OpDef OP =
      Pooling.named("maxPoolGradient")
          .inputs(2)
          .types(MaxPoolGradient::types)
          .reference(MaxPoolGradient::run)
          .gradient(MaxPoolGradient::gradient)
          .define();

  private static List<Type> types(Operands in) {
    Type.OfTensor y = Pooling.type(in);
    in.require(in.dtype(0).isFloat() && in.dtype(1) == in.dtype(0), "x and dy must have one type");
    in.require(
        !y.isFixed() || !in.shape(1).isFixed() || in.shape(1).equals(y.shape()),
        "dy must have the shape of the pooled x, %s",
        y.shape());
    return List.of(in.type(0));
  }

  private static List<Tensor> run(Evaluation in) {
    Tensor src = in.tensor(0);
    Window window = Pooling.window("maxPoolGradient", in.attrs(), src.shape());
    Planes from = Planes.of(src.shape(), in.attrs());
    Planes to = Planes.of(in.tensor(1).shape(), in.attrs());
    double[] x = src.toDoubles();
    double[] dy = in.tensor(1).toDoubles();
    double[] dx = new double[x.length];
    int[] best = new int[dy.length];
    Arrays.fill(best, -1);
    for (int tap = 0; tap < window.taps(); tap++) {
      int[] sources = window.sources(tap);
      for (int n = 0; n < to.batch(); n++) {
        for (int c = 0; c < to.channels(); c++) {
          for (int p = 0; p < sources.length; p++) {
            if (sources[p] >= 0) {
              int at = from.at(n, c, sources[p]);
              int window0 = to.at(n, c, p);
              int old = best[window0];
              if (old < 0 || x[at] > x[old] || Double.isNaN(x[at]) && !Double.isNaN(x[old])) {
                best[window0] = at;
              }
            }
          }
        }
      }
    }
    for (int p = 0; p < dy.length; p++) {
      if (best[p] >= 0) {
        dx[best[p]] += dy[p];
      }
    }
    return List.of(Tensor.rounded(src.dtype(), src.shape(), dx));
  }

  /** It is linear in dy, which gets what lies at the largest elements; x moves nothing. */
  private static List<Value> gradient(Backward g) {
    Formula f = new Formula(g.b());
    boolean last = Planes.isLast(g.attrs());
    Attrs attrs = g.attrs().with("storageOrder", 0);
    Value index = g.b().add(MaxPool.OP, attrs, List.of(g.x(0)), 2, "").get(1);
    int rank = g.x(0).tensorType().shape().rank();
    Value flat = f.reshape(last ? f.transpose(g.dy(), channelsFirst(rank)) : g.dy(), -1);
    Value zero = g.b().constant(Tensor.scalar(0));
    Value none = g.b().add(Less.OP, index, zero);
    Value picked = f.rows(flat, f.where(none, zero, index));
    return List.of(Value.ABSENT, f.where(none, f.number(flat, 0), picked));
  }

  private static long[] channelsFirst(int rank) {
    List<Long> perm = new ArrayList<>(List.of(0L, rank - 1L));
    for (long a = 1; a < rank - 1; a++) {
      perm.add(a);
    }
    return perm.stream().mapToLong(Long::longValue).toArray();
  }

  private MaxPoolGradient() {}
}
