package dev.gatun.train.data;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A category as float32 [categories], 1 at its own place. Categories are words, or whole numbers by
 * their decimal form.
 */
public record OneHot(String field, List<String> categories, Unknown unknown)
    implements Preparation {
  /** What becomes of a category that the training data did not have. */
  public enum Unknown {
    /** An error that names the sample. */
    ERROR,
    /** All zeros. */
    ZEROS,
    /** A place of its own, the last. */
    OTHER
  }

  /** Checked. */
  public OneHot {
    categories = List.copyOf(categories);
  }

  /** The categories of the training data, numbers in order, words alphabetically. */
  public static OneHot fit(Dataset train, String field, Unknown unknown) {
    TreeSet<String> found =
        new TreeSet<>(
            Comparator.comparing(OneHot::number, Comparator.nullsLast(Comparator.naturalOrder()))
                .thenComparing(Comparator.naturalOrder()));
    try (SampleCursor samples = train.samples(0)) {
      samples.forEachRemaining(sample -> found.add(category(field, sample)));
    }
    if (found.isEmpty()) {
      throw new DataException("field '" + field + "' cannot be fitted: there are no samples");
    }
    return new OneHot(field, List.copyOf(found), unknown);
  }

  private static @org.jspecify.annotations.Nullable Long number(String category) {
    try {
      return Long.valueOf(category);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static String category(String field, Sample sample) {
    Tensor value = sample.get(field);
    if (value.elements() != 1 || value.dtype().isFloat()) {
      throw new DataException(
          sample.origin() + ": field '" + field + "' is " + value.type() + ", not one category");
    }
    return value.dtype() == DType.STRING ? value.getString(0) : Long.toString(value.getLong(0));
  }

  /** Length of the vectors. */
  public int width() {
    return categories.size() + (unknown == Unknown.OTHER ? 1 : 0);
  }

  @Override
  public Sample apply(Sample sample) {
    String category = category(field, sample);
    int at = categories.indexOf(category);
    if (at < 0 && unknown == Unknown.ERROR) {
      throw new DataException(
          sample.origin()
              + ": field '"
              + field
              + "' holds '"
              + category
              + "', which is not among "
              + categories);
    }
    float[] hot = new float[width()];
    if (at >= 0 || unknown == Unknown.OTHER) {
      hot[at >= 0 ? at : categories.size()] = 1;
    }
    return sample.with(field, Pixels.wrap(hot, Shape.of(hot.length)));
  }

  /** The category of a vector, by its largest element; empty for zeros and the place of others. */
  public Optional<String> invert(Tensor vector) {
    if (vector.elements() != width()) {
      throw new DataException(
          "field '" + field + "': " + vector.type() + " is not a vector of " + width());
    }
    int best = -1;
    for (int c = 0; c < width(); c++) {
      double value = vector.getDouble(c);
      best = value > 0 && (best < 0 || value > vector.getDouble(best)) ? c : best;
    }
    return best < 0 || best >= categories.size()
        ? Optional.empty()
        : Optional.of(categories.get(best));
  }
}
