package dev.gatun.train.recipe;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.DataException;
import dev.gatun.train.data.IndexedDataset;

/** Checks the classes and numbers of samples before anything is trained on them. */
final class Labelled {
  /** One more than the largest class. */
  static int classes(IndexedDataset data) {
    long most = 0;
    for (long i = 0; i < data.count(); i++) {
      most = Math.max(most, data.get(i).get("y").getLong(0));
    }
    return Math.toIntExact(most + 1);
  }

  /** Every class is one of those that are known. */
  static void require(IndexedDataset data, int classes) {
    for (long i = 0; i < data.count(); i++) {
      long label = data.get(i).get("y").getLong(0);
      if (label < 0 || label >= classes) {
        throw new DataException(
            data.get(i).origin()
                + ": is of class "
                + label
                + "; the network knows "
                + classes
                + " classes, 0 to "
                + (classes - 1));
      }
    }
  }

  /** Every number is one. */
  static void requireNumbers(IndexedDataset data, String field, java.util.List<String> columns) {
    for (long i = 0; i < data.count(); i++) {
      Tensor values = data.get(i).get(field);
      for (int c = 0; c < values.elements(); c++) {
        if (!Double.isFinite(values.getDouble(c))) {
          throw new DataException(
              data.get(i).origin()
                  + ": column '"
                  + columns.get(c)
                  + "' has no number (it is missing or NaN); correct the file, or let --fill put"
                  + " the column's mean there");
        }
      }
    }
  }

  private Labelled() {}
}
