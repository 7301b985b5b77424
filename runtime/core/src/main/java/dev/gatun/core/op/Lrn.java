package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Tensor;
import java.util.List;

/**
 * lrn(x [N, C, S...]) = x / (bias + alpha / size * sum)^beta, the sum of the squares of {@code
 * size} neighbouring channels at the same position (Krizhevsky and others 2012, section 3.3): from
 * c - floor((size - 1) / 2) to c + ceil((size - 1) / 2), as ONNX has it.
 */
public final class Lrn {
  public static final OpDef OP =
      OpDef.named("lrn")
          .attr("size")
          .attr("alpha", 1e-4)
          .attr("beta", 0.75)
          .attr("bias", 1.0)
          .attr("layout", "NCHW")
          .types(
              in -> {
                in.require(in.dtype(0).isFloat(), "the input must be a floating tensor");
                in.require(
                    !in.shape(0).isRanked() || in.shape(0).rank() >= 2,
                    "the input must have a batch and a channel axis");
                in.require(
                    in.attrs().integer("size") >= 1,
                    "size must be 1 or more, got %d",
                    in.attrs().integer("size"));
                return List.of(in.tensor(0));
              })
          .reference(Lrn::run)
          .decompose(Lrn::build)
          .define();

  private static List<Tensor> run(Evaluation in) {
    Tensor src = in.tensor(0);
    Planes planes = Planes.of(src.shape(), in.attrs());
    int size = in.attrs().intValue("size");
    double alpha = in.attrs().real("alpha");
    double beta = in.attrs().real("beta");
    double bias = in.attrs().real("bias");
    double[] x = src.toDoubles();
    double[] y = new double[x.length];
    for (int n = 0; n < planes.batch(); n++) {
      for (int c = 0; c < planes.channels(); c++) {
        int first = Math.max(c - (size - 1) / 2, 0);
        int last = Math.min(c + size / 2, planes.channels() - 1);
        for (int p = 0; p < planes.positions(); p++) {
          double squares = 0;
          for (int k = first; k <= last; k++) {
            squares += x[planes.at(n, k, p)] * x[planes.at(n, k, p)];
          }
          int at = planes.at(n, c, p);
          y[at] = x[at] / Math.pow(bias + alpha / size * squares, beta);
        }
      }
    }
    return List.of(Tensor.rounded(src.dtype(), src.shape(), y));
  }

  /** The window's sum is that of as many slices of the squares, padded by zero channels. */
  private static List<Value> build(GraphBuilder b, Operands in) {
    Formula f = new Formula(b);
    Value x = in.value(0);
    boolean last = Planes.isLast(in.attrs());
    long axis = last ? in.shape(0).rank() - 1 : 1;
    long channels = Planes.channels(in.shape(0), last);
    // A window wider than twice the channels sees them all anyway.
    long size = in.attrs().integer("size");
    long before = Math.min((size - 1) / 2, channels);
    long after = Math.min(size / 2, channels);
    Value squares = f.square(x);
    Value padded =
        b.add(Pad.OP, squares, f.longs(before, after), f.number(squares, 0), f.longs(axis));
    Value sum = f.slice(padded, axis, 0, channels, 1);
    for (long shift = 1; shift <= before + after; shift++) {
      sum = f.add(sum, f.slice(padded, axis, shift, shift + channels, 1));
    }
    Value base = f.add(f.mul(sum, in.attrs().real("alpha") / size), in.attrs().real("bias"));
    return List.of(f.div(x, f.pow(base, in.attrs().real("beta"))));
  }

  private Lrn() {}
}
