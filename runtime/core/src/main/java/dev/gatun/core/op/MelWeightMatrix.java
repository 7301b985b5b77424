package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * melWeightMatrix(bins, dftLength, sampleRate, lowerHertz, upperHertz) [dftLength / 2 + 1, bins]:
 * triangles over the spectrum, their corners evenly spaced in mel = 2595 log10(1 + hertz / 700) and
 * rounded down to spectrum bins, as ONNX MelWeightMatrix-17 has it (so bins + 2 steps, the last of
 * which no triangle reaches).
 */
public final class MelWeightMatrix {
  public static final OpDef OP =
      OpDef.named("melWeightMatrix")
          .inputs(5)
          .attr("dtype", DType.F32)
          .types(MelWeightMatrix::types)
          .reference(in -> List.of(run(in)))
          .define();

  private static List<Type> types(Operands in) {
    for (int i = 0; i < 3; i++) {
      Sizes.requireIntegers(in, i);
    }
    for (int i = 2; i < 5; i++) {
      in.require(in.dtype(i).isNumber(), "input %d must be a number", i);
      Sizes.single(in, i, 0);
    }
    long bins = Sizes.single(in, 0, Shape.UNKNOWN);
    long length = Sizes.single(in, 1, Shape.UNKNOWN);
    in.require(in.constant(0).isEmpty() || bins >= 0, "the number of bins must not be negative");
    in.require(in.constant(1).isEmpty() || length >= 0, "the length must not be negative");
    return List.of(
        Type.tensor(in.attrs().dtype("dtype"), length < 0 ? length : length / 2 + 1, bins));
  }

  private static Tensor run(Evaluation in) {
    Shape shape = in.shape(0);
    int spectrum = Sizes.toInt(shape.size(0));
    int bins = Sizes.toInt(shape.size(1));
    long length = in.tensor(1).getLong(0);
    long rate = in.tensor(2).getLong(0);
    double low = mel(in.tensor(3).getDouble(0));
    double step = (mel(in.tensor(4).getDouble(0)) - low) / (bins + 2);
    long[] corners = new long[bins + 2];
    for (int i = 0; i < corners.length; i++) {
      double hertz = 700 * (Math.pow(10, (low + i * step) / 2595) - 1);
      corners[i] = (long) Math.floor((length + 1) * hertz / rate);
      if (corners[i] < 0 || corners[i] >= spectrum) {
        throw in.error(
            "frequency %s Hz is outside a spectrum of %d bins at %d Hz", hertz, spectrum, rate);
      }
    }
    double[] y = new double[spectrum * bins];
    for (int i = 0; i < bins; i++) {
      int left = (int) corners[i];
      int center = (int) corners[i + 1];
      int right = (int) corners[i + 2];
      for (int j = left; j < center; j++) {
        y[j * bins + i] = (j - left) / (double) (center - left);
      }
      y[center * bins + i] = 1;
      for (int j = center + 1; j < right; j++) {
        y[j * bins + i] = (right - j) / (double) (right - center);
      }
    }
    return Tensor.rounded(in.attrs().dtype("dtype"), shape, y);
  }

  private static double mel(double hertz) {
    return 2595 * Math.log10(1 + hertz / 700);
  }

  private MelWeightMatrix() {}
}
