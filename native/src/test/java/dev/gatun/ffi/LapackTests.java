package dev.gatun.ffi;

import static dev.gatun.ffi.Buffers.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Decompositions checked by multiplying their factors together again. */
class LapackTests {
  /** A precision: how its matrices are stored, and how exact they are. */
  private record Kit(Buffers buffers, Lapack lapack, boolean single) {
    MemorySegment store(float[] values) {
      return single ? buffers.floats(values) : OpenBlasTests.doubles(buffers, values);
    }

    MemorySegment empty(int elements) {
      return buffers.bytes((single ? 4L : 8L) * elements);
    }

    float[] load(MemorySegment segment) {
      return single ? segment.toArray(ValueLayout.JAVA_FLOAT) : OpenBlasTests.narrowed(segment);
    }

    double tolerance() {
      return single ? 2e-4 : 1e-6; // results are compared as floats
    }
  }

  private interface Check {
    void run(Kit kit);
  }

  private static void inBothPrecisions(Check check) {
    OpenBlas blas = Libraries.openBlas();
    for (boolean single : new boolean[] {true, false}) {
      try (Buffers buffers = new Buffers()) {
        check.run(new Kit(buffers, single ? blas.lapackF32() : blas.lapackF64(), single));
        buffers.assertGuardsIntact();
      }
    }
  }

  private static double[] wide(float[] values) {
    return Gradient.widen(values);
  }

  private static double[] times(float[] a, float[] b, int m, int n, int k) {
    return MatMulTests.product(a, b, m, n, k);
  }

  private static float[] transpose(float[] a, int rows, int columns) {
    float[] t = new float[a.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        t[j * rows + i] = a[i * columns + j];
      }
    }
    return t;
  }

  /** Random with a heavy diagonal, so that it is far from singular. */
  private static float[] regular(Buffers buffers, int n) {
    float[] a = buffers.random(-1, 1, n, n);
    for (int i = 0; i < n; i++) {
      a[i * n + i] += n;
    }
    return a;
  }

  private static float[] positive(Buffers buffers, int n) {
    float[] a = regular(buffers, n);
    float[] symmetric = new float[n * n];
    for (int i = 0; i < n * n; i++) {
      symmetric[i] = (a[i] + a[i % n * n + i / n]) / 2;
    }
    return symmetric;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 17})
  void solvesAndInverts(int n) {
    inBothPrecisions(
        kit -> {
          float[] a = regular(kit.buffers, n);
          float[] b = kit.buffers.random(-1, 1, n, 3);
          MemorySegment pivots = kit.buffers.bytes(4L * n);
          MemorySegment x = kit.store(b);
          kit.lapack.gesv(n, 3, kit.store(a).address(), n, pivots.address(), x.address(), 3);
          assertClose(wide(b), floats(times(a, kit.load(x), n, 3, n)), kit.tolerance());

          MemorySegment factors = kit.store(a);
          kit.lapack.getrf(n, n, factors.address(), n, pivots.address());
          MemorySegment y = kit.store(b);
          kit.lapack.getrs(true, n, 3, factors.address(), n, pivots.address(), y.address(), 3);
          assertClose(
              wide(b), floats(times(transpose(a, n, n), kit.load(y), n, 3, n)), kit.tolerance());

          kit.lapack.getri(n, factors.address(), n, pivots.address());
          assertClose(identity(n), floats(times(a, kit.load(factors), n, n, n)), kit.tolerance());
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 6, 17})
  void cholesky(int n) {
    inBothPrecisions(
        kit -> {
          float[] a = positive(kit.buffers, n);
          MemorySegment factor = kit.store(a);
          kit.lapack.potrf(true, n, factor.address(), n);
          float[] lower = kit.load(factor);
          for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
              lower[i * n + j] = 0;
            }
          }
          assertClose(
              wide(a), floats(times(lower, transpose(lower, n, n), n, n, n)), kit.tolerance());
          float[] b = kit.buffers.random(-1, 1, n, 2);
          MemorySegment x = kit.store(b);
          kit.lapack.potrs(true, n, 2, factor.address(), n, x.address(), 2);
          assertClose(wide(b), floats(times(a, kit.load(x), n, 2, n)), kit.tolerance());
        });
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "9, 4", "17, 17"})
  void qr(int m, int n) {
    inBothPrecisions(
        kit -> {
          float[] a = kit.buffers.random(-1, 1, m, n);
          MemorySegment q = kit.store(a);
          MemorySegment tau = kit.empty(n);
          kit.lapack.geqrf(m, n, q.address(), n, tau.address());
          float[] r = java.util.Arrays.copyOf(kit.load(q), n * n);
          for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
              r[i * n + j] = 0;
            }
          }
          kit.lapack.orgqr(m, n, n, q.address(), n, tau.address());
          float[] columns = kit.load(q);
          assertClose(wide(a), floats(times(columns, r, m, n, n)), kit.tolerance());
          assertClose(
              identity(n),
              floats(times(transpose(columns, m, n), columns, n, n, m)),
              kit.tolerance());
        });
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "9, 4", "5, 13", "16, 16"})
  void singularValues(int m, int n) {
    int k = Math.min(m, n);
    inBothPrecisions(
        kit -> {
          float[] a = kit.buffers.random(-1, 1, m, n);
          MemorySegment s = kit.empty(k);
          MemorySegment u = kit.empty(m * k);
          MemorySegment vt = kit.empty(k * n);
          kit.lapack.gesdd(
              false, m, n, kit.store(a).address(), n, s.address(), u.address(), k, vt.address(), n);
          float[] values = kit.load(s);
          float[] scaled = kit.load(u);
          for (int i = 0; i < scaled.length; i++) {
            scaled[i] *= values[i % k];
          }
          assertClose(wide(a), floats(times(scaled, kit.load(vt), m, n, k)), kit.tolerance());
          for (int i = 1; i < k; i++) {
            assertTrue(values[i - 1] >= values[i] && values[i] >= 0);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 6, 17})
  void symmetricEigenvalues(int n) {
    inBothPrecisions(
        kit -> {
          float[] a = positive(kit.buffers, n);
          MemorySegment vectors = kit.store(a);
          MemorySegment w = kit.empty(n);
          kit.lapack.syevd(true, true, n, vectors.address(), n, w.address());
          float[] v = kit.load(vectors);
          double[] expected = times(a, v, n, n, n);
          float[] values = kit.load(w);
          float[] scaled = v.clone();
          for (int i = 0; i < scaled.length; i++) {
            scaled[i] *= values[i % n];
          }
          assertClose(expected, scaled, kit.tolerance());
        });
  }

  /** A rotation by a quarter turn has the values i and -i; beside it the value 3. */
  @ParameterizedTest
  @ValueSource(ints = {3})
  void generalEigenvalues(int n) {
    inBothPrecisions(
        kit -> {
          float[] a = {0, -1, 0, 1, 0, 0, 0, 0, 3};
          MemorySegment wr = kit.empty(n);
          MemorySegment wi = kit.empty(n);
          MemorySegment vr = kit.empty(n * n);
          kit.lapack.geev(
              true, n, kit.store(a).address(), n, wr.address(), wi.address(), vr.address(), n);
          assertClose(new double[] {0, 0, 3}, kit.load(wr), 1e-6);
          assertClose(new double[] {1, -1, 0}, kit.load(wi), 1e-6);
          float[] v = kit.load(vr);
          // A (x + iy) = i (x + iy) means A x = -y.
          float[] x = {v[0], v[3], v[6]};
          assertClose(new double[] {-v[1], -v[4], -v[7]}, floats(times(a, x, n, 1, n)), 1e-6);
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {4})
  void failuresNameRoutineAndCause(int n) {
    inBothPrecisions(
        kit -> {
          String prefix = "LAPACKE_" + (kit.single ? "s" : "d");
          MemorySegment pivots = kit.buffers.bytes(4L * n);
          MemorySegment b = kit.store(new float[n]);
          LapackException singular =
              assertThrows(
                  LapackException.class,
                  () ->
                      kit.lapack.gesv(
                          n,
                          1,
                          kit.store(new float[n * n]).address(),
                          n,
                          pivots.address(),
                          b.address(),
                          1));
          assertEquals(
              prefix
                  + "gesv: the matrix is singular: pivot 1 is exactly zero, there is no solution",
              singular.getMessage());
          assertEquals(1, singular.info());

          float[] indefinite = new float[n * n];
          indefinite[0] = 1;
          indefinite[n + 1] = -1;
          LapackException notPositive =
              assertThrows(
                  LapackException.class,
                  () -> kit.lapack.potrf(true, n, kit.store(indefinite).address(), n));
          assertEquals(
              prefix
                  + "potrf: the matrix is not positive definite: its leading minor of order 2 is not"
                  + " positive",
              notPositive.getMessage());

          float[] nan = new float[n * n];
          nan[5] = Float.NaN;
          LapackException wrong =
              assertThrows(
                  LapackException.class,
                  () -> kit.lapack.getrf(n, n, kit.store(nan).address(), n, pivots.address()));
          assertEquals(prefix + "getrf: argument a is wrong or holds NaN (-4)", wrong.getMessage());
        });
  }

  private static float[] floats(double[] values) {
    float[] narrow = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      narrow[i] = (float) values[i];
    }
    return narrow;
  }

  private static double[] identity(int n) {
    double[] one = new double[n * n];
    for (int i = 0; i < n; i++) {
      one[i * n + i] = 1;
    }
    return one;
  }
}
