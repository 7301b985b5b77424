package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.FusionClass;
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
 * attention(q [B, H, Sq, D], k [B, G, Sk, D], v [B, G, Sk, E], mask?, keyLengths [B]?) = (y [B, H,
 * Sq, E], scores [B, H, Sq, Sk]): softmax(cap(q k' scale) + mask) v with cap(s) = softcap * tanh(s
 * / softcap) if softcap > 0.
 *
 * <p>H is a multiple of G: query head h reads key head h G / H. scale is 1 / sqrt(D) unless given.
 * The mask broadcasts to the scores; a boolean one keeps where true, a floating one is added. With
 * causal, query i sees keys up to i + causalOffset, or up to i + keyLengths[b] - Sq where lengths
 * are given; keys from keyLengths[b] on are never seen. A query that sees no key gives zeros.
 *
 * <p>The second output is the scores at {@code stage}: 0 the scaled products, 1 capped, 2 masked, 3
 * after softmax (ONNX's qk_matmul_output_mode in the numbering of onnx pull request 7867, which put
 * the cap before the mask).
 */
public final class Attention {
  public static final OpDef OP =
      OpDef.named("attention")
          .inputs(3, 5)
          .attr("scale")
          .attr("softcap", 0.0)
          .attr("causal", false)
          .attr("causalOffset", 0)
          .attr("stage", 0)
          .fusion(FusionClass.OPAQUE)
          .types(Attention::types)
          .reference(Attention::run)
          .decompose(Attention::build)
          .gradientWhere(AttentionGradient::covers, AttentionGradient::rule)
          .define();

  private static List<Type> types(Operands in) {
    DType dtype = in.dtype(0);
    in.require(
        dtype.isFloat() && in.dtype(1).isFloat() && in.dtype(2).isFloat(),
        "queries, keys and values must be floating");
    long[][] sizes = new long[3][];
    for (int i = 0; i < 3; i++) {
      Shape shape = in.shape(i);
      in.require(
          !shape.isRanked() || shape.rank() == 4, "input %d must be [batch, head, row, width]", i);
      sizes[i] = shape.isRanked() ? shape.sizes() : Axes.unknown(4).sizes();
    }
    long[] q = sizes[0];
    long[] k = sizes[1];
    long[] v = sizes[2];
    in.require(
        same(q[0], k[0]) && same(k[0], v[0]) && same(q[3], k[3]) && same(k[1], v[1]),
        "batch sizes, widths of queries and keys, and heads of keys and values must agree");
    in.require(same(k[2], v[2]), "there are %d keys but %d values", k[2], v[2]);
    in.require(
        q[1] < 0 || k[1] < 0 || k[1] > 0 && q[1] % k[1] == 0 || q[1] == 0,
        "%d query heads cannot share %d key heads",
        q[1],
        k[1]);
    long batch = Math.max(q[0], k[0]);
    Shape scores = Shape.of(batch, q[1], q[2], Math.max(k[2], v[2]));
    if (in.has(3)) {
      DType mask = in.dtype(3);
      in.require(mask == DType.BOOL || mask.isFloat(), "the mask must be boolean or floating");
      Shape shape = in.shape(3);
      boolean good = !shape.isRanked() || shape.rank() <= 4;
      for (int a = 1; shape.isRanked() && good && a <= shape.rank(); a++) {
        good = shape.size(-a) == 1 || same(shape.size(-a), scores.size(-a));
      }
      in.require(good, "the mask does not broadcast to the scores %s", scores);
    }
    if (in.has(4)) {
      in.require(
          in.dtype(4).isInteger()
              && (!in.shape(4).isRanked()
                  || in.shape(4).rank() == 1 && same(in.shape(4).size(0), batch)),
          "the key lengths must be one integer for each of %d batches",
          batch);
    }
    long stage = in.attrs().integer("stage");
    in.require(stage >= 0 && stage <= 3, "stage must be 0 to 3, got %d", stage);
    return List.of(Type.tensor(dtype, batch, q[1], q[2], v[3]), Type.tensor(dtype, scores));
  }

  private static boolean same(long a, long b) {
    return a < 0 || b < 0 || a == b;
  }

  private static List<Tensor> run(Evaluation in) {
    Tensor queries = in.tensor(0);
    Shape scoreShape = in.shape(1);
    double[] q = queries.toDoubles();
    double[] k = in.tensor(1).toDoubles();
    double[] v = in.tensor(2).toDoubles();
    double[] mask = in.has(3) ? bias(in.tensor(3), scoreShape) : new double[0];
    int batch = Math.toIntExact(scoreShape.size(0));
    int heads = Math.toIntExact(scoreShape.size(1));
    int groups = Math.toIntExact(in.tensor(1).shape().size(1));
    int rows = Math.toIntExact(scoreShape.size(2));
    int keys = Math.toIntExact(scoreShape.size(3));
    int width = Math.toIntExact(queries.shape().size(3));
    int valueWidth = Math.toIntExact(in.tensor(2).shape().size(3));
    double scale =
        in.attrs().has("scale") ? in.attrs().real("scale") : 1 / Math.sqrt(Math.max(width, 1));
    double cap = in.attrs().real("softcap");
    long stage = in.attrs().integer("stage");

    double[] scores = new double[Math.toIntExact(scoreShape.elements())];
    double[] y = new double[Math.toIntExact(in.shape(0).elements())];
    double[] row = new double[keys];
    for (int b = 0; b < batch; b++) {
      long seen = in.has(4) ? Math.min(in.tensor(4).getLong(b), keys) : keys;
      long offset = in.has(4) ? in.tensor(4).getLong(b) - rows : in.attrs().integer("causalOffset");
      for (int h = 0; h < heads; h++) {
        int keyHead = (b * groups + h * groups / heads) * keys;
        for (int i = 0; i < rows; i++) {
          int from = ((b * heads + h) * rows + i) * width;
          int at = ((b * heads + h) * rows + i) * keys;
          long last = in.attrs().flag("causal") ? Math.min(seen - 1, i + offset) : seen - 1;
          for (int j = 0; j < keys; j++) {
            double s = 0;
            for (int d = 0; d < width; d++) {
              s += q[from + d] * k[(keyHead + j) * width + d];
            }
            s *= scale;
            scores[at + j] = s;
            s = cap > 0 ? cap * Math.tanh(s / cap) : s;
            scores[at + j] = stage >= 1 ? s : scores[at + j];
            s = j > last ? Double.NEGATIVE_INFINITY : mask.length > 0 ? s + mask[at + j] : s;
            scores[at + j] = stage >= 2 ? s : scores[at + j];
            row[j] = s;
          }
          softmax(row);
          if (stage == 3) {
            System.arraycopy(row, 0, scores, at, keys);
          }
          int to = ((b * heads + h) * rows + i) * valueWidth;
          for (int j = 0; j < keys; j++) {
            // Not a mistake: a masked value is not read, it may be NaN (an unused cache slot).
            for (int d = 0; row[j] != 0 && d < valueWidth; d++) {
              y[to + d] += row[j] * v[(keyHead + j) * valueWidth + d];
            }
          }
        }
      }
    }
    return List.of(
        Tensor.rounded(queries.dtype(), in.shape(0), y),
        Tensor.rounded(queries.dtype(), scoreShape, scores));
  }

  private static double[] bias(Tensor mask, Shape scores) {
    double[] values = Expanded.to(mask, scores);
    if (mask.dtype() == DType.BOOL) {
      for (int i = 0; i < values.length; i++) {
        values[i] = values[i] != 0 ? 0 : Double.NEGATIVE_INFINITY;
      }
    }
    return values;
  }

  private static void softmax(double[] row) {
    double max = Softmaxes.max(row, 0, row.length, 1);
    double sum = max == Double.NEGATIVE_INFINITY ? 0 : Softmaxes.sumExp(row, 0, row.length, 1, max);
    for (int j = 0; j < row.length; j++) {
      row[j] = sum == 0 ? 0 : Math.exp(row[j] - max) / sum;
    }
  }

  private static List<Value> build(GraphBuilder b, Operands in) {
    Formula f = new Formula(b);
    AttentionWeights w = AttentionWeights.of(f, in);
    Value shown =
        switch ((int) in.attrs().integer("stage")) {
          case 0 -> w.products();
          case 1 -> w.capped();
          case 2 -> w.scores();
          default -> w.weights();
        };
    Value y = b.add(Matmul.OP, w.group(w.weights()), f.cast(in.value(2), in.dtype(0)));
    return List.of(w.ungroup(y), shown);
  }

  private Attention() {}
}
