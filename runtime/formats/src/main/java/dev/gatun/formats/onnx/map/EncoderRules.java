package dev.gatun.formats.onnx.map;

import static java.util.Map.entry;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Replacing values by others and making maps: encoders of ai.onnx.ml. */
final class EncoderRules {
  static final Map<String, Rule> TABLE =
      Map.ofEntries(
          entry("CategoryMapper", EncoderRules::categoryMapper),
          entry("DictVectorizer", EncoderRules::dictVectorizer),
          entry("LabelEncoder", EncoderRules::labelEncoder),
          entry("ZipMap", EncoderRules::zipMap));

  private static Tensor texts(List<String> values) {
    return Tensor.of(values.toArray(String[]::new), values.size());
  }

  private static Tensor reals(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return Tensor.of(floats, floats.length);
  }

  private static List<Value> categoryMapper(OnnxNode n) {
    Tensor words = texts(n.texts("cats_strings"));
    Tensor numbers = Tensor.vector(n.integers("cats_int64s"));
    String word = n.text("default_string", "_Unused");
    long number = n.integer("default_int64", -1);
    return n.dtype(0) == DType.STRING
        ? encode(n, words, numbers, Tensor.scalar(number))
        : encode(n, numbers, words, Tensor.of(new String[] {word}));
  }

  private static List<Value> encode(OnnxNode n, Tensor keys, Tensor values, Tensor fallback) {
    return n.op(
        "labelEncoder", Attrs.of("keys", keys, "values", values, "fallback", fallback), n.in(0));
  }

  private static List<Value> labelEncoder(OnnxNode n) {
    if (n.version() < 2) {
      Tensor words = texts(n.texts("classes_strings"));
      long[] places = new long[(int) words.elements()];
      for (int i = 0; i < places.length; i++) {
        places[i] = i;
      }
      String word = n.text("default_string", "_Unused");
      long number = n.integer("default_int64", -1);
      return n.dtype(0) == DType.STRING
          ? encode(n, words, Tensor.vector(places), Tensor.scalar(number))
          : encode(n, Tensor.vector(places), words, Tensor.of(new String[] {word}));
    }
    Tensor keys = list(n, "keys").orElseThrow(() -> n.error("has no keys"));
    Tensor values = list(n, "values").orElseThrow(() -> n.error("has no values"));
    return encode(n, keys, values, fallback(n, values.dtype()));
  }

  // Lists come as strings, integers, floats or a tensor.
  private static Optional<Tensor> list(OnnxNode n, String name) {
    if (n.hasAttr(name + "_tensor")) {
      return Optional.of(n.tensor(name + "_tensor"));
    }
    if (n.hasAttr(name + "_strings")) {
      return Optional.of(texts(n.texts(name + "_strings")));
    }
    if (n.hasAttr(name + "_int64s")) {
      return Optional.of(Tensor.vector(n.integers(name + "_int64s")));
    }
    return n.hasAttr(name + "_floats")
        ? Optional.of(reals(n.reals(name + "_floats")))
        : Optional.empty();
  }

  private static Tensor fallback(OnnxNode n, DType type) {
    String word = n.text("default_string", "_Unused");
    long whole = n.integer("default_int64", -1);
    double real = n.real("default_float", -0.0);
    if (n.hasAttr("default_tensor")) {
      Tensor given = n.tensor("default_tensor");
      if (given.elements() == 1 && given.dtype() == type) {
        return given;
      }
    }
    return switch (type.kind()) {
      case STRING -> Tensor.of(new String[] {word});
      case FLOAT -> Tensor.scalar(type, real);
      case INT, UINT, BOOL -> {
        TensorBuilder one = new TensorBuilder(type, Shape.SCALAR);
        one.set(0, whole);
        yield one.build();
      }
    };
  }

  private static Tensor keys(OnnxNode n, String integers, String words) {
    return n.hasAttr(words) ? texts(n.texts(words)) : Tensor.vector(n.integers(integers));
  }

  private static List<Value> dictVectorizer(OnnxNode n) {
    Tensor keys = keys(n, "int64_vocabulary", "string_vocabulary");
    return n.op("dictVectorizer", Attrs.of("keys", keys), n.in(0));
  }

  private static List<Value> zipMap(OnnxNode n) {
    Tensor keys = keys(n, "classlabels_int64s", "classlabels_strings");
    return n.op("zipMap", Attrs.of("keys", keys), n.in(0));
  }

  private EncoderRules() {}
}
