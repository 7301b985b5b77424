package dev.gatun.core.op;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Tensors from text as NumPy prints them: {@code "f32 [[1, nan], [-inf, 4]]"}, {@code "i64 3"},
 * {@code "string ['a', 'b']"}, {@code "f32 [[], []]"} (of shape [2, 0]), {@code "f32 zeros 2 0 3"}.
 */
final class Literals {
  private final String text;
  private int at;
  private final List<String> items = new ArrayList<>();
  private final List<Long> sizes = new ArrayList<>();

  private Literals(String text) {
    this.text = text;
  }

  static Tensor parse(String literal) {
    String[] words = literal.strip().split("\\s+", 2);
    DType dtype = DType.valueOf(words[0].toUpperCase(Locale.ROOT));
    if (words[1].startsWith("zeros")) {
      String[] numbers = words[1].split("\\s+", -1);
      long[] sizes = new long[numbers.length - 1];
      for (int i = 0; i < sizes.length; i++) {
        sizes[i] = Long.parseLong(numbers[i + 1]);
      }
      return new TensorBuilder(dtype, Shape.of(sizes)).build();
    }
    Literals reader = new Literals(words[1].strip());
    reader.value(0);
    if (reader.at != reader.text.length()) {
      throw new IllegalArgumentException("left over in " + literal);
    }
    long[] sizes = reader.sizes.stream().mapToLong(Long::longValue).toArray();
    TensorBuilder tensor = new TensorBuilder(dtype, Shape.of(sizes));
    if (tensor.shape().elements() != reader.items.size()) {
      throw new IllegalArgumentException("ragged: " + literal);
    }
    for (int i = 0; i < reader.items.size(); i++) {
      set(tensor, i, reader.items.get(i));
    }
    return tensor.build();
  }

  private static void set(TensorBuilder tensor, int i, String item) {
    DType dtype = tensor.dtype();
    if (dtype == DType.STRING) {
      tensor.set(i, item.substring(1, item.length() - 1));
    } else if (dtype == DType.BOOL) {
      tensor.set(i, item.equals("1") || item.equalsIgnoreCase("true"));
    } else if (dtype == DType.U64) {
      tensor.set(i, Long.parseUnsignedLong(item));
    } else if (dtype.isInteger()) {
      tensor.set(i, Long.parseLong(item));
    } else {
      tensor.set(
          i,
          switch (item) {
            case "nan" -> Double.NaN;
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(item);
          });
    }
  }

  private void value(int depth) {
    blanks();
    if (text.charAt(at) != '[') {
      int from = at;
      boolean quoted = text.charAt(at) == '\'';
      at++;
      while (at < text.length()
          && (quoted
              ? text.charAt(at - 1) != '\'' || at == from + 1
              : ",]".indexOf(text.charAt(at)) < 0)) {
        at++;
      }
      items.add(text.substring(from, at).strip());
      return;
    }
    at++;
    if (sizes.size() == depth) {
      sizes.add(0L);
    }
    long count = 0;
    blanks();
    while (text.charAt(at) != ']') {
      value(depth + 1);
      count++;
      blanks();
      if (text.charAt(at) == ',') {
        at++;
        blanks();
      }
    }
    at++;
    sizes.set(depth, count);
  }

  private void blanks() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }
}
