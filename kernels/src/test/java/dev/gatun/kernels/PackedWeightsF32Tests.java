package dev.gatun.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PackedWeightsF32Tests {
  private static final int COLUMNS = PackedWeightsF32.COLUMNS;

  static IntStream columns() {
    return IntStream.of(1, 2, 3, 5, COLUMNS - 1, COLUMNS, COLUMNS + 1, 3 * COLUMNS + COLUMNS / 2);
  }

  @ParameterizedTest
  @MethodSource("columns")
  void bothWaysOfPackingGiveTheSamePanels(int n) {
    for (int k : new int[] {1, 2, 3, 4, 7, 8, 15, 16, 17, 131}) {
      int row = n + 3;
      float[] src = new float[k * row];
      float[] transposed = new float[n * (k + 1)];
      for (int l = 0; l < k; l++) {
        for (int j = 0; j < n; j++) {
          src[l * row + j] = 1 + l * n + j;
          transposed[j * (k + 1) + l] = 1 + l * n + j;
        }
      }
      try (Guarded a = Guarded.of(src, 4);
          Guarded b = Guarded.of(transposed, 12);
          Guarded p = Guarded.ofBytes(PackedWeightsF32.bytes(n, k), 0);
          Guarded q = Guarded.ofBytes(PackedWeightsF32.bytes(n, k), 0);
          Guarded r = Guarded.ofBytes(PackedWeightsF32.bytes(n, k), 0)) {
        PackedWeightsF32.pack(a.address(), 4L * row, n, k, p.address());
        PackedWeightsF32.packTransposed(b.address(), 4L * (k + 1), n, k, q.address());
        for (int first = 0; first < k; first += 5) {
          PackedWeightsF32.packSome(
              a.address(), 4L * row, n, k, r.address(), first, Math.min(k, first + 5));
        }
        float[] packed = p.toFloats();
        assertArrayEquals(packed, r.toFloats());
        float[] fromTransposed = q.toFloats();
        for (int i = 0; i < packed.length; i++) {
          int panel = i / (k * COLUMNS);
          int l = i / COLUMNS % k;
          int j = panel * COLUMNS + i % COLUMNS;
          float expected = j < n ? 1 + l * n + j : 0;
          assertEquals(expected, packed[i], "row " + l + " column " + j);
          assertEquals(expected, fromTransposed[i], "transposed, row " + l + " column " + j);
        }
      }
    }
  }
}
