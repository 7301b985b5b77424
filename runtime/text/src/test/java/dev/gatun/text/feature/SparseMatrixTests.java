package dev.gatun.text.feature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Compressed rows against the same numbers in full. */
class SparseMatrixTests {
  private static List<SortedMap<Integer, Double>> random(int rows, int columns, int each) {
    Random random = new Random(rows);
    List<SortedMap<Integer, Double>> all = new ArrayList<>();
    for (int r = 0; r < rows; r++) {
      SortedMap<Integer, Double> row = new TreeMap<>();
      for (int i = 0; i < each && r % 3 > 0; i++) {
        row.put(random.nextInt(columns), random.nextInt(9) - 4.0);
      }
      all.add(row);
    }
    return all;
  }

  @Test
  void productsAreThoseOfTheDenseMatrix() {
    for (int columns : new int[] {1, 7, 40}) {
      List<SortedMap<Integer, Double>> rows = random(11, columns, 5);
      SparseMatrix matrix = SparseMatrix.of(columns, rows);
      float[] dense = new float[columns * 3];
      for (int i = 0; i < dense.length; i++) {
        dense[i] = i * 0.5f - 3;
      }
      float[] expected = new float[33];
      for (int r = 0; r < 11; r++) {
        for (int c = 0; c < columns; c++) {
          float value = rows.get(r).getOrDefault(c, 0.0).floatValue();
          assertEquals(value, matrix.get(r, c));
          assertEquals(value, matrix.row(r)[c]);
          for (int k = 0; k < 3; k++) {
            expected[r * 3 + k] += value * dense[c * 3 + k];
          }
        }
      }
      assertArrayEquals(expected, matrix.times(dense, 3), 1e-4f);
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> SparseMatrix.of(2, random(3, 2, 1)).times(new float[3], 1));
    assertThrows(IllegalArgumentException.class, () -> SparseMatrix.of(1, random(9, 40, 5)));
  }

  @Test
  void onlyWhatIsNotZeroIsKept() {
    // In full these would be 400 MB.
    SparseMatrix matrix = SparseMatrix.of(100_000, random(1000, 100_000, 20));
    assertEquals(1000, matrix.rows());
    assertEquals(100_000, matrix.columns());
    int stored = 0;
    for (SortedMap<Integer, Double> row : random(1000, 100_000, 20)) {
      stored += (int) row.values().stream().filter(v -> v != 0).count();
    }
    assertEquals(stored, matrix.stored());
  }

  @Test
  void wordsAreCountedIntoIt() {
    List<String> texts = List.of("the cat sat on the mat", "", "the dog on a log, on a mat");
    BagOfWords words = BagOfWords.of(texts, 1, 2, Set.of());
    SparseMatrix matrix = words.matrix(texts);
    for (int r = 0; r < 3; r++) {
      int[] counts = words.counts(texts.get(r));
      for (int c = 0; c < counts.length; c++) {
        assertEquals(counts[c], matrix.get(r, c));
      }
    }
  }
}
