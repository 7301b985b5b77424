package dev.gatun.formats.onnx.map;

import static java.util.Map.entry;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Preprocessing and linear models of ai.onnx.ml. */
final class LearnerRules {
  static final Map<String, Rule> TABLE =
      Map.ofEntries(
          entry("ArrayFeatureExtractor", LearnerRules::arrayFeatureExtractor),
          entry("Binarizer", LearnerRules::binarizer),
          entry("FeatureVectorizer", LearnerRules::featureVectorizer),
          entry("Imputer", LearnerRules::imputer),
          entry("LinearClassifier", LearnerRules::linearClassifier),
          entry("LinearRegressor", LearnerRules::linearRegressor),
          entry("Normalizer", LearnerRules::normalizer),
          entry("OneHotEncoder", LearnerRules::oneHotEncoder),
          entry("SVMRegressor", LearnerRules::svmRegressor),
          entry("Scaler", LearnerRules::scaler));

  /** A constant vector of float32. */
  static Value floats(OnnxNode n, double[] values, long... shape) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    long[] sizes = shape.length == 0 ? new long[] {floats.length} : shape;
    return n.constant(Tensor.of(floats, sizes));
  }

  private static Value f32(OnnxNode n) {
    return n.cast(n.in(0), DType.F32);
  }

  private static List<Value> arrayFeatureExtractor(OnnxNode n) {
    Value x = n.shape(0).rank() == 1 ? n.add("unsqueeze", n.in(0), n.vector(0)) : n.in(0);
    return n.op("gather", Attrs.of("axis", -1), x, n.add("reshape", n.in(1), n.vector(-1)));
  }

  private static List<Value> binarizer(OnnxNode n) {
    Value above = n.add("greater", n.in(0), n.scalar(n.in(0), n.real("threshold", 0)));
    return n.op("cast", Attrs.of("to", n.dtype(0)), above);
  }

  private static List<Value> featureVectorizer(OnnxNode n) {
    long[] sizes = n.optionalIntegers("inputdimensions").orElse(new long[0]);
    List<Value> parts = new ArrayList<>();
    for (int i = 0; i < n.count(); i++) {
      Value part = n.cast(n.in(i), DType.F32);
      // A vector is one row.
      part = n.add("reshape", part, n.shape(i).rank() == 1 ? n.vector(1, -1) : n.vector(0, -1));
      if (i < sizes.length) {
        part = n.add("slice", part, n.vector(0), n.vector(sizes[i]), n.vector(1));
      }
      parts.add(part);
    }
    return n.op("concat", Attrs.of("axis", 1), parts.toArray(Value[]::new));
  }

  private static List<Value> imputer(OnnxNode n) {
    Value x = n.in(0);
    Value missing;
    Value filling;
    if (x.tensorType().dtype().isFloat()) {
      double replaced = n.real("replaced_value_float", 0);
      missing =
          Double.isNaN(replaced) ? n.add("isNaN", x) : n.add("equal", x, n.scalar(x, replaced));
      filling = n.cast(floats(n, n.reals("imputed_value_floats")), x.tensorType().dtype());
    } else {
      Value replaced = n.vector(n.integer("replaced_value_int64", 0));
      missing = n.add("equal", x, n.cast(replaced, x.tensorType().dtype()));
      filling = n.cast(n.vector(n.integers("imputed_value_int64s")), x.tensorType().dtype());
    }
    return n.op("where", missing, filling, x);
  }

  private static List<Value> scaler(OnnxNode n) {
    Value x = f32(n);
    if (n.hasAttr("offset")) {
      x = n.add("sub", x, floats(n, n.reals("offset")));
    }
    return n.hasAttr("scale") ? n.op("mul", x, floats(n, n.reals("scale"))) : List.of(x);
  }

  private static List<Value> normalizer(OnnxNode n) {
    Value x = f32(n);
    Value last = n.vector(-1);
    Attrs keep = Attrs.of("keepDims", true);
    String norm = n.text("norm", "MAX");
    Value size =
        switch (norm) {
          case "MAX" -> n.add("reduceMax", keep, x, last);
          case "L1" -> n.add("reduceL1", keep, x, last);
          case "L2" -> n.add("reduceL2", keep, x, last);
          default -> throw n.error("norm must be MAX, L1 or L2, got '%s'", norm);
        };
    // A row of zeros stays one.
    Value divisor =
        n.add("where", n.add("equal", size, n.scalar(size, 0)), n.scalar(size, 1), size);
    return n.op("div", x, divisor);
  }

  private static List<Value> oneHotEncoder(OnnxNode n) {
    n.ignore("zeros"); // whether an unknown category is an error; here its row is zeros
    Value categories;
    if (n.dtype(0) == DType.STRING) {
      List<String> texts = n.texts("cats_strings");
      categories = n.constant(Tensor.of(texts.toArray(String[]::new), texts.size()));
    } else {
      categories = n.cast(n.vector(n.integers("cats_int64s")), n.dtype(0));
    }
    Value same = n.add("equal", n.add("unsqueeze", n.in(0), n.vector(-1)), categories);
    return n.op("cast", Attrs.of("to", DType.F32), same);
  }

  /** Turns scores into what they stand for. */
  static Value postTransform(OnnxNode n, Value scores, String name) {
    return switch (name) {
      case "NONE" -> scores;
      case "SOFTMAX" -> n.add("softmax", Attrs.of("axis", -1), scores);
      case "LOGISTIC" -> n.add("sigmoid", scores);
      case "SOFTMAX_ZERO" -> {
        // Scores of zero stay out of it.
        Value zero = n.add("equal", scores, n.scalar(scores, 0));
        Value low = n.scalar(scores, Double.NEGATIVE_INFINITY);
        Value soft = n.add("softmax", Attrs.of("axis", -1), n.add("where", zero, low, scores));
        yield n.add("where", zero, n.scalar(scores, 0), soft);
      }
      default -> throw n.unsupported("post_transform '%s'", name);
    };
  }

  /** The label of each row's greatest score. */
  static Value labels(OnnxNode n, Value scores, Value names) {
    Value best = n.add("argMax", Attrs.of("axis", 1, "keepDims", false), scores);
    return n.add("gather", Attrs.of("axis", 0), names, best);
  }

  /** The class names in a constant vector. */
  static Value names(OnnxNode n, String integers, String texts) {
    List<String> words = n.texts(texts);
    if (!words.isEmpty()) {
      n.ignore(integers);
      return n.constant(Tensor.of(words.toArray(String[]::new), words.size()));
    }
    return n.vector(n.integers(integers));
  }

  private static Value linear(OnnxNode n, long rows) {
    double[] weights = n.reals("coefficients");
    if (rows < 1 || weights.length % rows != 0) {
      throw n.error("%d coefficients for %d rows", weights.length, rows);
    }
    Value x = f32(n);
    if (n.shape(0).rank() == 1) {
      x = n.add("unsqueeze", x, n.vector(0));
    }
    Value y =
        n.add(
            "matmul",
            Attrs.of("transposeB", true),
            x,
            floats(n, weights, rows, weights.length / rows));
    return n.hasAttr("intercepts") ? n.add("add", y, floats(n, n.reals("intercepts"))) : y;
  }

  private static List<Value> linearRegressor(OnnxNode n) {
    Value y = linear(n, n.integer("targets", 1));
    return List.of(postTransform(n, y, n.text("post_transform", "NONE")));
  }

  private static List<Value> linearClassifier(OnnxNode n) {
    n.ignore("multi_class");
    Value names = names(n, "classlabels_ints", "classlabels_strings");
    long classes = names.tensorType().shape().size(0);
    Shape shape = n.shape(0);
    long features = shape.isRanked() ? shape.size(-1) : -1;
    long rows = features > 0 ? n.reals("coefficients").length / features : classes;
    Value scores = linear(n, rows);
    String transform = n.text("post_transform", "NONE");
    if (rows == 1 && classes == 2) {
      Value second = postTransform(n, scores, transform);
      Value first =
          transform.equals("NONE")
              ? n.add("neg", second)
              : n.add("sub", n.scalar(second, 1), second);
      Value both = n.add("concat", Attrs.of("axis", 1), first, second);
      return List.of(labels(n, both, names), both);
    }
    return List.of(labels(n, scores, names), postTransform(n, scores, transform));
  }

  private static List<Value> svmRegressor(OnnxNode n) {
    n.ignore("one_class");
    long supports = n.integer("n_supports", 0);
    double[] coefficients = n.reals("coefficients");
    Value x = f32(n);
    Value y;
    if (supports == 0) {
      y = n.add("matmul", x, floats(n, coefficients, coefficients.length, 1));
      n.ignore("kernel_type", "kernel_params", "support_vectors");
    } else {
      double[] vectors = n.reals("support_vectors");
      Value kernel = kernel(n, x, floats(n, vectors, supports, vectors.length / supports));
      y = n.add("matmul", kernel, floats(n, coefficients, supports, 1));
    }
    y = n.add("add", y, floats(n, n.reals("rho")));
    if (n.flag("one_class", false)) {
      Value positive = n.add("greater", y, n.scalar(y, 0));
      y = n.add("where", positive, n.scalar(y, 1), n.scalar(y, -1));
    }
    return List.of(postTransform(n, y, n.text("post_transform", "NONE")));
  }

  /** Similarity of each row to each support vector [S, F]. */
  private static Value kernel(OnnxNode n, Value x, Value vectors) {
    double[] given = n.reals("kernel_params");
    double gamma = given.length > 0 ? given[0] : 0;
    double offset = given.length > 1 ? given[1] : 0;
    double degree = given.length > 2 ? given[2] : 3;
    Value product = n.add("matmul", Attrs.of("transposeB", true), x, vectors);
    Value affine =
        n.add("add", n.add("mul", product, n.scalar(product, gamma)), n.scalar(product, offset));
    String type = n.text("kernel_type", "LINEAR");
    return switch (type) {
      case "LINEAR" -> product;
      case "POLY" -> n.add("pow", affine, n.scalar(affine, degree));
      case "SIGMOID" -> n.add("tanh", affine);
      case "RBF" -> {
        // |x - v|^2 summed directly: expanding the square would cancel.
        Value distance =
            n.add(
                "sub",
                n.add("unsqueeze", x, n.vector(1)),
                n.add("unsqueeze", vectors, n.vector(0)));
        Value squares =
            n.add("reduceSumSquare", Attrs.of("keepDims", false), distance, n.vector(-1));
        yield n.add("exp", n.add("mul", squares, n.scalar(squares, -gamma)));
      }
      default -> throw n.unsupported("kernel_type '%s'", type);
    };
  }

  private LearnerRules() {}
}
