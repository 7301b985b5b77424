package dev.gatun.text.feature;

import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;

/**
 * A matrix that is mostly zero, such as counts of words: for each row the columns that are not zero
 * and their values (compressed rows). Immutable; memory is that of the values that are not zero.
 */
public final class SparseMatrix {
  private final int columns;
  private final int[] starts;
  private final int[] places;
  private final float[] values;

  private SparseMatrix(int columns, int[] starts, int[] places, float[] values) {
    this.columns = columns;
    this.starts = starts;
    this.places = places;
    this.values = values;
  }

  /**
   * Of rows.
   *
   * @param rows for each the values by column; zeros are left out
   */
  public static SparseMatrix of(int columns, List<SortedMap<Integer, Double>> rows) {
    int[] starts = new int[rows.size() + 1];
    for (int r = 0; r < rows.size(); r++) {
      long count = rows.get(r).values().stream().filter(value -> value != 0).count();
      starts[r + 1] = Math.addExact(starts[r], Math.toIntExact(count));
    }
    int[] places = new int[starts[rows.size()]];
    float[] values = new float[places.length];
    int at = 0;
    for (SortedMap<Integer, Double> row : rows) {
      for (var entry : row.entrySet()) {
        if (entry.getKey() < 0 || entry.getKey() >= columns) {
          throw new IllegalArgumentException(
              "column " + entry.getKey() + " of a matrix of " + columns + " columns");
        }
        if (entry.getValue() != 0) {
          places[at] = entry.getKey();
          values[at++] = entry.getValue().floatValue();
        }
      }
    }
    return new SparseMatrix(columns, starts, places, values);
  }

  /** Number of rows. */
  public int rows() {
    return starts.length - 1;
  }

  /** Number of columns. */
  public int columns() {
    return columns;
  }

  /** Number of values that are not zero. */
  public int stored() {
    return values.length;
  }

  /** A value. */
  public float get(int row, int column) {
    int at = Arrays.binarySearch(places, starts[row], starts[row + 1], column);
    return at < 0 ? 0 : values[at];
  }

  /** A row with its zeros. */
  public float[] row(int row) {
    float[] all = new float[columns];
    for (int i = starts[row]; i < starts[row + 1]; i++) {
      all[places[i]] = values[i];
    }
    return all;
  }

  /**
   * The product with a dense matrix [columns, width], row by row [rows, width].
   *
   * @param dense row by row
   */
  public float[] times(float[] dense, int width) {
    if (dense.length != (long) columns * width) {
      throw new IllegalArgumentException(
          "%d numbers are no matrix of %d rows and %d columns"
              .formatted(dense.length, columns, width));
    }
    float[] product = new float[Math.multiplyExact(rows(), width)];
    double[] sum = new double[width];
    for (int r = 0; r < rows(); r++) {
      Arrays.fill(sum, 0);
      for (int i = starts[r]; i < starts[r + 1]; i++) {
        int from = places[i] * width;
        for (int k = 0; k < width; k++) {
          sum[k] += values[i] * (double) dense[from + k];
        }
      }
      for (int k = 0; k < width; k++) {
        product[r * width + k] = (float) sum[k];
      }
    }
    return product;
  }
}
