package dev.gatun.formats.onnx.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * stringSplit(x [S...]) = (parts [S..., most], counts [S...]) as Python's str.split: at a delimiter
 * or, without one, at runs of white space; rows with fewer parts end in empty texts. maxSplits
 * below 0 means any number.
 */
final class StringSplit {
  static final OpDef OP =
      OpDef.named("stringSplit")
          .attr("delimiter", "")
          .attr("maxSplits", -1)
          .types(
              in ->
                  List.of(
                      Type.tensor(DType.STRING, parts(in.shape(0), Shape.UNKNOWN)),
                      Type.tensor(DType.I64, in.shape(0))))
          .reference(StringSplit::run)
          .define();

  private static Shape parts(Shape shape, long most) {
    if (!shape.isRanked()) {
      return Shape.UNRANKED;
    }
    long[] sizes = Arrays.copyOf(shape.sizes(), shape.rank() + 1);
    sizes[shape.rank()] = most;
    return Shape.of(sizes);
  }

  private static List<Tensor> run(Evaluation in) {
    Tensor x = in.tensor(0);
    String delimiter = in.attrs().text("delimiter");
    long limit = in.attrs().integer("maxSplits");
    List<List<String>> rows = new ArrayList<>();
    int most = 0;
    for (long i = 0; i < x.elements(); i++) {
      List<String> row =
          delimiter.isEmpty()
              ? atSpace(x.getString(i), limit)
              : at(x.getString(i), delimiter, limit);
      rows.add(row);
      most = Math.max(most, row.size());
    }
    TensorBuilder parts = new TensorBuilder(DType.STRING, parts(x.shape(), most));
    TensorBuilder counts = new TensorBuilder(DType.I64, x.shape());
    for (int i = 0; i < rows.size(); i++) {
      counts.set(i, (long) rows.get(i).size());
      for (int j = 0; j < rows.get(i).size(); j++) {
        parts.set((long) i * most + j, rows.get(i).get(j));
      }
    }
    return List.of(parts.build(), counts.build());
  }

  private static List<String> at(String text, String delimiter, long limit) {
    List<String> parts = new ArrayList<>();
    int begin = 0;
    for (int end = text.indexOf(delimiter);
        end >= 0 && (limit < 0 || parts.size() < limit);
        end = text.indexOf(delimiter, begin)) {
      parts.add(text.substring(begin, end));
      begin = end + delimiter.length();
    }
    parts.add(text.substring(begin));
    return parts;
  }

  private static List<String> atSpace(String text, long limit) {
    List<String> parts = new ArrayList<>();
    String rest = text.stripLeading();
    while (!rest.isEmpty()) {
      int end = 0;
      while (end < rest.length() && !Character.isWhitespace(rest.charAt(end))) {
        end++;
      }
      if (limit >= 0 && parts.size() == limit) {
        parts.add(rest.stripTrailing());
        break;
      }
      parts.add(rest.substring(0, end));
      rest = rest.substring(end).stripLeading();
    }
    return parts;
  }

  private StringSplit() {}
}
