package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * dft(x [..., 1 or 2], length?, axis?) = the discrete Fourier transform along an axis (the last but
 * one by default) of real or complex numbers, [..., 2]; the signal is cut or padded with zeros to
 * the length.
 *
 * <p>onesided leaves out the second half of the spectrum of a real signal, which mirrors the first.
 * inverse divides by the length; with onesided it takes such a half, of length / 2 + 1, and gives
 * real numbers, [..., 1], by default an even number of them.
 */
public final class Dft {
  public static final OpDef OP =
      OpDef.named("dft")
          .inputs(1, 3)
          .attr("inverse", false)
          .attr("onesided", false)
          .types(in -> List.of(Type.tensor(in.dtype(0), shape(in))))
          .reference(Dft::run)
          .gradient(DftGradient::of)
          .define();

  private static Shape shape(Operands in) {
    in.require(in.dtype(0).isFloat(), "the input must be a floating tensor");
    Shape x = in.shape(0);
    if (!x.isRanked()) {
      return x;
    }
    boolean inverse = in.attrs().flag("inverse");
    boolean onesided = in.attrs().flag("onesided");
    in.require(
        x.rank() >= 2 && (x.size(-1) < 0 || x.size(-1) == 1 || x.size(-1) == 2),
        "the last axis must hold real (1) or complex (2) numbers");
    in.require(
        !onesided || inverse || x.size(-1) != 2, "only a real signal has a one-sided transform");
    long[] sizes = x.sizes();
    sizes[sizes.length - 1] = onesided && inverse ? 1 : 2;
    if (in.has(2) && in.constant(2).isEmpty()) {
      for (int a = 0; a < sizes.length - 1; a++) {
        sizes[a] = Shape.UNKNOWN;
      }
      return Shape.of(sizes);
    }
    int axis = Axes.one(in, in.has(2) ? Sizes.single(in, 2, -2) : -2, x.rank());
    in.require(axis < x.rank() - 1, "the axis of the numbers themselves cannot be transformed");
    long given = in.has(1) ? Sizes.single(in, 1, Shape.UNKNOWN) : Shape.UNKNOWN;
    in.require(!in.has(1) || in.constant(1).isEmpty() || given >= 1, "the length must be positive");
    long length = in.has(1) ? given : defaultLength(x.size(axis), inverse && onesided);
    in.require(length != 0, "nothing along axis %d to transform", axis);
    sizes[axis] = length < 0 || !onesided || inverse ? length : length / 2 + 1;
    return Shape.of(sizes);
  }

  private static long defaultLength(long size, boolean half) {
    return half && size >= 0 ? Math.max(2 * (size - 1), 0) : size;
  }

  private static List<Tensor> run(Evaluation in) {
    Tensor src = in.tensor(0);
    Shape from = src.shape();
    Shape to = in.shape(0);
    boolean inverse = in.attrs().flag("inverse");
    boolean half = inverse && in.attrs().flag("onesided");
    int axis = Axes.at(in.has(2) ? in.tensor(2).getLong(0) : -2, from.rank());
    int size = Sizes.toInt(from.size(axis));
    int length = Sizes.toInt(in.has(1) ? in.tensor(1).getLong(0) : defaultLength(size, half));
    int parts = Sizes.toInt(from.size(-1));
    int outSize = Sizes.toInt(to.size(axis));
    int outParts = Sizes.toInt(to.size(-1));
    int inner = 1;
    for (int a = axis + 1; a < from.rank() - 1; a++) {
      inner *= (int) from.size(a);
    }
    double[] x = src.toDoubles();
    double[] y = new double[Sizes.toInt(to.elements())];
    int outer = outSize == 0 || inner == 0 ? 0 : y.length / (outSize * inner * outParts);
    Fourier fourier = new Fourier(length, inverse);
    double[] re = new double[length];
    double[] im = new double[length];
    for (int line = 0; line < outer * inner; line++) {
      int block = line / inner;
      for (int i = 0; i < length; i++) {
        // The missing half of a spectrum is the conjugate of the other one, backwards.
        boolean mirrored = half && i > length / 2;
        int at = mirrored ? length - i : i;
        int source = ((block * size + at) * inner + line % inner) * parts;
        re[i] = at < size ? x[source] : 0;
        im[i] = at < size && parts == 2 ? (mirrored ? -x[source + 1] : x[source + 1]) : 0;
      }
      fourier.transform(re, im);
      for (int i = 0; i < outSize; i++) {
        int target = ((block * outSize + i) * inner + line % inner) * outParts;
        y[target] = inverse ? re[i] / length : re[i];
        if (outParts == 2) {
          y[target + 1] = inverse ? im[i] / length : im[i];
        }
      }
    }
    return List.of(Tensor.rounded(src.dtype(), to, y));
  }

  private Dft() {}
}
