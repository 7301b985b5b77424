package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * stft(signal [B, L, 1 or 2], step, window [F]?, length?) = the Fourier transforms [B, frames,
 * bins, 2] of frames of F elements, one every {@code step}, each multiplied by the window. F is the
 * window's size or the given length; onesided (for a real signal) leaves F / 2 + 1 of F bins.
 */
public final class Stft {
  public static final OpDef OP =
      OpDef.named("stft")
          .inputs(2, 4)
          .attr("onesided", true)
          .types(in -> List.of(Type.tensor(in.dtype(0), shape(in))))
          .reference(Stft::run)
          .differentiateAs(Stft::build)
          .define();

  private static Shape shape(Operands in) {
    in.require(in.dtype(0).isFloat(), "the signal must be a floating tensor");
    Sizes.requireIntegers(in, 1);
    Shape x = in.shape(0);
    in.require(
        !x.isRanked()
            || x.rank() == 2
            || x.rank() == 3 && (x.size(2) < 0 || x.size(2) == 1 || x.size(2) == 2),
        "the signal must be [batch, time, 1 or 2]");
    boolean onesided = in.attrs().flag("onesided");
    in.require(
        !onesided || !x.isRanked() || x.rank() == 2 || x.size(2) != 2,
        "only a real signal has a one-sided transform");
    in.require(in.has(2) || in.has(3), "needs a window or the length of a frame");
    long frame = -1;
    if (in.has(2)) {
      Shape window = in.shape(2);
      in.require(!window.isRanked() || window.rank() == 1, "the window must be a vector");
      frame = window.isRanked() ? window.size(0) : -1;
    }
    if (in.has(3)) {
      long length = Sizes.single(in, 3, frame);
      in.require(
          frame < 0 || length == frame,
          "the window has %d elements, but the length of a frame is another",
          frame);
      frame = length;
      in.require(in.constant(3).isEmpty() || frame >= 1, "the length of a frame must be positive");
    }
    long step = Sizes.single(in, 1, Shape.UNKNOWN);
    in.require(in.constant(1).isEmpty() || step >= 1, "the step must be positive");
    long time = x.isRanked() ? x.size(1) : -1;
    in.require(time < 0 || frame <= time, "a frame of %d is longer than the signal", frame);
    long frames = time < 0 || step < 0 || frame < 0 ? -1 : 1 + (time - frame) / step;
    long bins = frame < 0 ? -1 : onesided ? frame / 2 + 1 : frame;
    return Shape.of(x.isRanked() ? x.size(0) : -1, frames, bins, 2);
  }

  private static List<Tensor> run(Evaluation in) {
    Tensor src = in.tensor(0);
    Shape shape = in.shape(0);
    int batch = Sizes.toInt(shape.size(0));
    int frames = Sizes.toInt(shape.size(1));
    int bins = Sizes.toInt(shape.size(2));
    int time = Sizes.toInt(src.shape().size(1));
    int parts = src.shape().rank() == 2 ? 1 : Sizes.toInt(src.shape().size(2));
    int step = Sizes.toInt(in.tensor(1).getLong(0));
    double[] window = in.has(2) ? in.tensor(2).toDoubles() : new double[0];
    int frame = in.has(2) ? window.length : Sizes.toInt(in.tensor(3).getLong(0));
    double[] x = src.toDoubles();
    double[] y = new double[Sizes.toInt(shape.elements())];
    Fourier fourier = new Fourier(frame, false);
    double[] re = new double[frame];
    double[] im = new double[frame];
    for (int b = 0; b < batch; b++) {
      for (int f = 0; f < frames; f++) {
        for (int i = 0; i < frame; i++) {
          int at = (b * time + f * step + i) * parts;
          double weight = window.length > 0 ? window[i] : 1;
          re[i] = weight * x[at];
          im[i] = parts == 2 ? weight * x[at + 1] : 0;
        }
        fourier.transform(re, im);
        for (int k = 0; k < bins; k++) {
          int to = ((b * frames + f) * bins + k) * 2;
          y[to] = re[k];
          y[to + 1] = im[k];
        }
      }
    }
    return List.of(Tensor.rounded(src.dtype(), shape, y));
  }

  /** Overlapping frames, times the window, each transformed. */
  private static List<Value> build(GraphBuilder b, Operands in) {
    Formula f = new Formula(b);
    Shape shape = shape(in);
    in.require(
        shape.isFixed() && in.longs(1).isPresent() && in.type(0).isFixed(),
        "has a gradient only if the shapes are known");
    Shape x = in.shape(0);
    long step = in.longs(1).orElseThrow()[0];
    int frame = Sizes.toInt(in.has(2) ? in.shape(2).size(0) : in.longs(3).orElseThrow()[0]);
    int frames = Sizes.toInt(shape.size(1));
    long[] ids = new long[frames * frame];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = i / frame * step + i % frame;
    }
    Value signal = f.reshape(in.value(0), x.size(0), x.size(1), x.rank() == 2 ? 1 : x.size(2));
    Value each = b.constant(Tensor.whole(DType.I64, Shape.of(frames, frame), ids));
    Value cut = b.add(Gather.OP, Attrs.of("axis", 1), signal, each);
    if (in.has(2)) {
      cut = f.mul(cut, f.cast(f.reshape(in.value(2), frame, 1), in.dtype(0)));
    }
    boolean onesided = in.attrs().flag("onesided");
    return List.of(b.add(Dft.OP, Attrs.of("onesided", onesided), cut));
  }

  private Stft() {}
}
