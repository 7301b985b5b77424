package dev.gatun.formats.onnx.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * stringNormalizer(x [C] or [1, C]): drops stop words and changes the case (NONE, LOWER or UPPER);
 * when nothing is left, one empty text.
 */
final class StringNormalizer {
  static final OpDef OP =
      OpDef.named("stringNormalizer")
          .attr("case", "NONE")
          .attr("caseSensitive", false)
          .attr("stopwords", List.of())
          .types(
              in -> {
                Shape shape = in.shape(0);
                if (shape.isRanked()
                    && shape.rank() != 1
                    && !(shape.rank() == 2 && Math.abs(shape.size(0)) == 1)) {
                  throw in.error("needs a vector or one row");
                }
                return List.of(
                    Type.tensor(
                        DType.STRING,
                        !shape.isRanked()
                            ? Shape.UNRANKED
                            : shape.rank() == 1
                                ? Shape.of(Shape.UNKNOWN)
                                : Shape.of(1, Shape.UNKNOWN)));
              })
          .reference(StringNormalizer::run)
          .define();

  private static List<Tensor> run(Evaluation in) {
    Tensor x = in.tensor(0);
    boolean sensitive = in.attrs().flag("caseSensitive");
    Set<String> stopwords = new HashSet<>();
    for (String word : in.attrs().texts("stopwords")) {
      stopwords.add(sensitive ? word : word.toLowerCase(Locale.ROOT));
    }
    List<String> kept = new ArrayList<>();
    for (long i = 0; i < x.elements(); i++) {
      String word = x.getString(i);
      if (!stopwords.contains(sensitive ? word : word.toLowerCase(Locale.ROOT))) {
        kept.add(
            switch (in.attrs().text("case")) {
              case "LOWER" -> word.toLowerCase(Locale.ROOT);
              case "UPPER" -> word.toUpperCase(Locale.ROOT);
              default -> word;
            });
      }
    }
    if (kept.isEmpty()) {
      kept.add("");
    }
    String[] words = kept.toArray(String[]::new);
    return List.of(
        x.shape().rank() == 1 ? Tensor.of(words, words.length) : Tensor.of(words, 1, words.length));
  }

  private StringNormalizer() {}
}
