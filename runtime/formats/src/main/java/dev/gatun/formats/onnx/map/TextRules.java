package dev.gatun.formats.onnx.map;

import static java.util.Map.entry;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** Operators on strings and encoded images. */
final class TextRules {
  static final Map<String, Rule> TABLE =
      Map.ofEntries(
          entry(
              "ImageDecoder",
              n ->
                  n.op("imageDecoder", Attrs.of("format", n.text("pixel_format", "RGB")), n.in(0))),
          entry(
              "RegexFullMatch",
              n -> n.op("regexFullMatch", Attrs.of("pattern", n.text("pattern")), n.in(0))),
          entry("StringConcat", n -> n.op("stringConcat", n.in(0), n.in(1))),
          entry("StringNormalizer", TextRules::stringNormalizer),
          entry(
              "StringSplit",
              n ->
                  n.op(
                      "stringSplit",
                      Attrs.of(
                          "delimiter",
                          n.text("delimiter", ""),
                          "maxSplits",
                          n.integer("maxsplit", -1)),
                      n.in(0))),
          entry("TfIdfVectorizer", TextRules::tfIdf));

  private static List<Value> stringNormalizer(OnnxNode n) {
    n.ignore("locale"); // the root locale: results must not depend on the machine
    return n.op(
        "stringNormalizer",
        Attrs.of(
            "case",
            n.text("case_change_action", "NONE"),
            "caseSensitive",
            n.flag("is_case_sensitive", false),
            "stopwords",
            n.texts("stopwords")),
        n.in(0));
  }

  private static List<Value> tfIdf(OnnxNode n) {
    Tensor pool;
    if (n.hasAttr("pool_strings")) {
      List<String> texts = n.texts("pool_strings");
      pool = Tensor.of(texts.toArray(String[]::new), texts.size());
    } else {
      pool = Tensor.vector(n.integers("pool_int64s"));
    }
    Attrs attrs =
        Attrs.of(
            "mode",
            n.text("mode"),
            "minLength",
            n.integer("min_gram_length"),
            "maxLength",
            n.integer("max_gram_length"),
            "maxSkips",
            n.integer("max_skip_count"),
            "starts",
            n.integers("ngram_counts"),
            "columns",
            n.integers("ngram_indexes"),
            "pool",
            pool);
    if (n.hasAttr("weights")) {
      attrs = attrs.with("weights", n.reals("weights"));
    }
    return n.op("tfIdf", attrs, n.in(0));
  }

  private TextRules() {}
}
