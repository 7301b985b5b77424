package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * rope(x [B, H, T, D], cos, sin, positions [B, T]?): rotates pairs (a, b) of the first rotaryDim
 * elements (all by default) of every row by an angle that depends on the position: (a cos - b sin,
 * a sin + b cos) (Su and others 2021, section 3.4).
 *
 * <p>A pair is (i, i + rotaryDim / 2), or (2 i, 2 i + 1) if interleaved. cos and sin are
 * [positions, rotaryDim / 2], read at the given positions, or without them [B, T, rotaryDim / 2] or
 * [T, rotaryDim / 2].
 */
public final class Rope {
  public static final OpDef OP =
      OpDef.named("rope")
          .inputs(3, 4)
          .attr("interleaved", false)
          .attr("rotaryDim", 0)
          .types(Rope::types)
          .reference(Rope::run)
          .decompose(Rope::build)
          .define();

  private static List<Type> types(Operands in) {
    Shape x = in.shape(0);
    in.require(
        in.dtype(0).isFloat() && (!x.isRanked() || x.rank() == 4),
        "x must be floating [batch, head, position, width]");
    long width = x.isRanked() ? x.size(3) : -1;
    long rotary = in.attrs().integer("rotaryDim");
    rotary = rotary == 0 ? width : rotary;
    in.require(
        rotary < 0 || rotary % 2 == 0 && (width < 0 || rotary <= width),
        "rotaryDim %d must be even and at most the width %d",
        rotary,
        width);
    for (int i = 1; i < 3; i++) {
      Shape table = in.shape(i);
      in.require(in.dtype(i).isFloat(), "cos and sin must be floating");
      in.require(
          !table.isRanked()
              || (table.rank() == 2 || table.rank() == 3 && !in.has(3))
                  && (rotary < 0 || table.size(-1) < 0 || table.size(-1) == rotary / 2),
          "cos and sin must have rows of %d numbers",
          rotary / 2);
    }
    if (in.has(3)) {
      Shape ids = in.shape(3);
      in.require(
          in.dtype(3).isInteger() && (!ids.isRanked() || ids.rank() == 2),
          "positions must be integers [batch, position]");
    }
    return List.of(in.tensor(0));
  }

  private static List<Tensor> run(Evaluation in) {
    Tensor src = in.tensor(0);
    int batch = Math.toIntExact(src.shape().size(0));
    int heads = Math.toIntExact(src.shape().size(1));
    int time = Math.toIntExact(src.shape().size(2));
    int width = Math.toIntExact(src.shape().size(3));
    int rotary = in.attrs().integer("rotaryDim") == 0 ? width : in.attrs().intValue("rotaryDim");
    int half = rotary / 2;
    boolean interleaved = in.attrs().flag("interleaved");
    double[] cos = in.tensor(1).toDoubles();
    double[] sin = in.tensor(2).toDoubles();
    boolean shared = in.tensor(1).shape().rank() == 2;
    long rows = half == 0 ? 0 : cos.length / half;
    double[] x = src.toDoubles();
    for (int b = 0; b < batch; b++) {
      for (int t = 0; t < time; t++) {
        long row =
            in.has(3)
                ? in.tensor(3).getLong((long) b * time + t)
                : shared ? t : (long) b * time + t;
        if (half > 0 && (row < 0 || row >= rows)) {
          throw in.error("position %d is not among the %d rows of cos and sin", row, rows);
        }
        for (int h = 0; h < heads; h++) {
          int from = ((b * heads + h) * time + t) * width;
          for (int i = 0; i < half; i++) {
            int first = from + (interleaved ? 2 * i : i);
            int second = from + (interleaved ? 2 * i + 1 : i + half);
            double a = x[first];
            double c = cos[(int) row * half + i];
            double s = sin[(int) row * half + i];
            x[first] = a * c - x[second] * s;
            x[second] = a * s + x[second] * c;
          }
        }
      }
    }
    return List.of(Tensor.rounded(src.dtype(), src.shape(), x));
  }

  private static List<Value> build(GraphBuilder b, Operands in) {
    Formula f = new Formula(b);
    Value x = in.value(0);
    Shape shape = in.shape(0);
    long width = shape.size(3);
    long rotary = in.attrs().integer("rotaryDim") == 0 ? width : in.attrs().integer("rotaryDim");
    boolean interleaved = in.attrs().flag("interleaved");
    Value cos = angles(f, in, 1, shape.size(2));
    Value sin = angles(f, in, 2, shape.size(2));
    long half = rotary / 2;
    Value first = f.slice(x, 3, 0, interleaved ? rotary : half, interleaved ? 2 : 1);
    Value second = f.slice(x, 3, interleaved ? 1 : half, rotary, interleaved ? 2 : 1);
    Value real = f.sub(f.mul(first, cos), f.mul(second, sin));
    Value imaginary = f.add(f.mul(first, sin), f.mul(second, cos));
    Value turned;
    if (interleaved) {
      Value pairs = f.concat(4, f.unsqueeze(real, 4), f.unsqueeze(imaginary, 4));
      turned = f.reshape(pairs, shape.size(0), shape.size(1), shape.size(2), rotary);
    } else {
      turned = f.concat(3, real, imaginary);
    }
    return List.of(rotary == width ? turned : f.concat(3, turned, f.slice(x, 3, rotary, width, 1)));
  }

  /** Rows of cos or sin, to be combined with [B, H, T, rotaryDim / 2]. */
  private static Value angles(Formula f, Operands in, int i, long time) {
    Value table = f.cast(in.value(i), in.dtype(0));
    if (in.has(3)) {
      return f.unsqueeze(f.rows(table, in.value(3)), 1);
    }
    return in.shape(i).rank() == 2 ? f.slice(table, 0, 0, time, 1) : f.unsqueeze(table, 1);
  }

  private Rope() {}
}
