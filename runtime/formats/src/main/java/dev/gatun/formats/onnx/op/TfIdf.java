package dev.gatun.formats.onnx.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * tfIdf(x [C] or [N, C]): counts the n-grams of a pool in each row, also those whose items lie up
 * to maxSkips apart; mode TF gives counts, IDF the weight of those that occur, TFIDF count times
 * weight.
 *
 * <p>pool holds the n-grams one after another, those of size n from starts[n - 1] on; columns has
 * the output column of each n-gram.
 */
final class TfIdf {
  static final OpDef OP =
      OpDef.named("tfIdf")
          .attr("mode")
          .attr("minLength")
          .attr("maxLength")
          .attr("maxSkips")
          .attr("starts")
          .attr("columns")
          .attr("pool")
          .attr("weights")
          .types(TfIdf::types)
          .reference(TfIdf::run)
          .define();

  private static List<Type> types(Operands in) {
    Attrs attrs = in.attrs();
    long[] starts = attrs.longs("starts");
    long pool = attrs.tensor("pool").elements();
    for (int i = 0; i < starts.length; i++) {
      long end = i + 1 < starts.length ? starts[i + 1] : pool;
      if (starts[i] < 0 || end > pool || end < starts[i] || (end - starts[i]) % (i + 1) != 0) {
        throw in.error(
            "the pool of %d items has no whole %d-grams in [%d, %d)", pool, i + 1, starts[i], end);
      }
    }
    long[] columns = attrs.longs("columns");
    if (columns.length != ngrams(attrs).size()
        || attrs.has("weights") && attrs.longs("columns").length != attrs.reals("weights").length) {
      throw in.error("needs one column and weight for each of %d n-grams", ngrams(attrs).size());
    }
    if (attrs.integer("minLength") < 1 || attrs.integer("maxSkips") < 0) {
      throw in.error("lengths must be 1 or more, skips 0 or more");
    }
    long width = width(attrs);
    Shape shape = in.shape(0);
    return List.of(
        Type.tensor(
            DType.F32,
            !shape.isRanked()
                ? Shape.UNRANKED
                : shape.rank() < 2 ? Shape.of(width) : Shape.of(shape.size(0), width)));
  }

  private static long width(Attrs attrs) {
    long most = -1;
    for (long column : attrs.longs("columns")) {
      if (column < 0 || column > 1 << 28) {
        throw new dev.gatun.core.tensor.ShapeException("op 'tfIdf': column " + column);
      }
      most = Math.max(most, column);
    }
    return most + 1;
  }

  private static List<List<Object>> ngrams(Attrs attrs) {
    Tensor pool = attrs.tensor("pool");
    long[] starts = attrs.longs("starts");
    List<List<Object>> ngrams = new ArrayList<>();
    for (int i = 0; i < starts.length; i++) {
      long end = i + 1 < starts.length ? starts[i + 1] : pool.elements();
      for (long at = starts[i]; at + i < end; at += i + 1) {
        List<Object> ngram = new ArrayList<>();
        for (long k = at; k <= at + i; k++) {
          ngram.add(item(pool, k));
        }
        ngrams.add(ngram);
      }
    }
    return ngrams;
  }

  private static Object item(Tensor x, long i) {
    return x.dtype() == DType.STRING ? x.getString(i) : (Object) x.getLong(i);
  }

  private static List<Tensor> run(Evaluation in) {
    Attrs attrs = in.attrs();
    Tensor x = in.tensor(0);
    int width = Math.toIntExact(width(attrs));
    boolean single = x.shape().rank() < 2;
    long rows = single ? 1 : x.shape().size(0);
    long length = single ? x.elements() : x.shape().size(1);
    Map<List<Object>, Integer> known = new HashMap<>();
    List<List<Object>> ngrams = ngrams(attrs);
    for (int i = 0; i < ngrams.size(); i++) {
      known.put(ngrams.get(i), i);
    }
    TensorBuilder out =
        new TensorBuilder(DType.F32, single ? Shape.of(width) : Shape.of(rows, width));
    long[] columns = attrs.longs("columns");
    double[] weights = attrs.has("weights") ? attrs.reals("weights") : new double[0];
    String mode = attrs.text("mode");
    for (long row = 0; row < rows; row++) {
      int[] counts = counts(attrs, x, row * length, length, known, ngrams.size());
      for (int i = 0; i < counts.length; i++) {
        double weight = weights.length > 0 ? weights[i] : 1;
        double value =
            switch (mode) {
              case "TF" -> counts[i];
              case "IDF" -> counts[i] > 0 ? weight : 0;
              default -> counts[i] * weight;
            };
        if (counts[i] > 0) {
          out.set(row * width + columns[i], value);
        }
      }
    }
    return List.of(out.build());
  }

  private static int[] counts(
      Attrs attrs, Tensor x, long from, long length, Map<List<Object>, Integer> known, int size) {
    int[] counts = new int[size];
    for (long n = attrs.integer("minLength"); n <= attrs.integer("maxLength"); n++) {
      // A single item has nothing to skip.
      long strides = n == 1 ? 1 : attrs.integer("maxSkips") + 1;
      for (long stride = 1; stride <= strides && (n - 1) * stride < length; stride++) {
        for (long i = 0; i + (n - 1) * stride < length; i++) {
          List<Object> ngram = new ArrayList<>();
          for (long k = 0; k < n; k++) {
            ngram.add(item(x, from + i + k * stride));
          }
          Integer at = known.get(ngram);
          if (at != null) {
            counts[at]++;
          }
        }
      }
    }
    return counts;
  }

  private TfIdf() {}
}
