package dev.gatun.formats.onnx.conformance;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Tensor;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Compares what came out with what was expected. */
public final class Comparison {
  /** The first difference in words; empty when the values agree. */
  public static Optional<String> difference(Datum found, Datum expected, Tolerance tolerance) {
    if (found instanceof Tensor f && expected instanceof Tensor e) {
      return tensors(f, e, tolerance);
    }
    if (found instanceof Datum.Sequence f && expected instanceof Datum.Sequence e) {
      return items(
          f.items().iterator(),
          f.items().size(),
          e.items().iterator(),
          e.items().size(),
          tolerance);
    }
    if (found instanceof Datum.Maybe f && expected instanceof Datum.Maybe e) {
      if (f.value() == null || e.value() == null) {
        return f.value() == null && e.value() == null
            ? Optional.empty()
            : Optional.of(
                "optional is " + (f.value() == null ? "empty" : "there") + ", expected otherwise");
      }
      return difference(f.value(), e.value(), tolerance);
    }
    if (found instanceof Datum.Mapping f && expected instanceof Datum.Mapping e) {
      return maps(f.entries(), e.entries(), tolerance);
    }
    return Optional.of("is " + found.type() + ", expected " + expected.type());
  }

  private static Optional<String> items(
      Iterator<Datum> found, int count, Iterator<Datum> expected, int wanted, Tolerance tolerance) {
    if (count != wanted) {
      return Optional.of("has " + count + " items, expected " + wanted);
    }
    for (int i = 0; found.hasNext(); i++) {
      Optional<String> difference = difference(found.next(), expected.next(), tolerance);
      if (difference.isPresent()) {
        return Optional.of("item " + i + " " + difference.get());
      }
    }
    return Optional.empty();
  }

  private static Optional<String> maps(
      Map<Object, Datum> found, Map<Object, Datum> expected, Tolerance tolerance) {
    if (!found.keySet().equals(expected.keySet())) {
      return Optional.of("has keys " + found.keySet() + ", expected " + expected.keySet());
    }
    for (Map.Entry<Object, Datum> entry : found.entrySet()) {
      Datum other = expected.get(entry.getKey());
      Optional<String> difference =
          other == null ? Optional.of("") : difference(entry.getValue(), other, tolerance);
      if (difference.isPresent()) {
        return Optional.of("value of " + entry.getKey() + " " + difference.get());
      }
    }
    return Optional.empty();
  }

  private static Optional<String> tensors(Tensor found, Tensor expected, Tolerance tolerance) {
    if (found.dtype() != expected.dtype() || !found.shape().equals(expected.shape())) {
      return Optional.of("is " + found.type() + ", expected " + expected.type());
    }
    long wrong = 0;
    long first = 0;
    for (long i = found.elements() - 1; i >= 0; i--) {
      if (!agree(found, expected, i, tolerance)) {
        wrong++;
        first = i;
      }
    }
    if (wrong == 0) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "differs in %d of %d elements, first at %d: %s, expected %s",
            wrong,
            found.elements(),
            first,
            text(found, first),
            text(expected, first)));
  }

  private static boolean agree(Tensor found, Tensor expected, long i, Tolerance tolerance) {
    if (expected.dtype() == DType.STRING) {
      return found.getString(i).equals(expected.getString(i));
    }
    if (!expected.dtype().isFloat()) {
      return found.getLong(i) == expected.getLong(i);
    }
    double f = found.getDouble(i);
    double e = expected.getDouble(i);
    if (Double.isNaN(e) || Double.isInfinite(e) || Double.isNaN(f)) {
      return Double.compare(f, e) == 0;
    }
    double relative =
        expected.dtype() == DType.BF16
            ? Math.max(tolerance.relative(), Tolerance.BF16_RELATIVE)
            : tolerance.relative();
    return Math.abs(f - e) <= tolerance.absolute() + relative * Math.abs(e);
  }

  private static String text(Tensor tensor, long i) {
    return tensor.dtype() == DType.STRING
        ? '"' + tensor.getString(i) + '"'
        : tensor.dtype().isFloat()
            ? String.valueOf(tensor.getDouble(i))
            : String.valueOf(tensor.getLong(i));
  }

  private Comparison() {}
}
