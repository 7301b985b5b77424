package dev.gatun.ffi;

import static dev.gatun.ffi.Buffers.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Matrix products of OpenBLAS against three loops, and that it starts no threads. */
class OpenBlasTests {
  private static float[] transposed(float[] a, int rows, int columns) {
    float[] t = new float[a.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        t[j * rows + i] = a[i * columns + j];
      }
    }
    return t;
  }

  static MemorySegment doubles(Buffers buffers, float[] values) {
    MemorySegment segment = buffers.bytes(8L * values.length);
    for (int i = 0; i < values.length; i++) {
      segment.setAtIndex(ValueLayout.JAVA_DOUBLE, i, values[i]);
    }
    return segment;
  }

  static float[] narrowed(MemorySegment doubles) {
    float[] values = new float[(int) (doubles.byteSize() / 8)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) doubles.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
    }
    return values;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, false, false",
    "17, 19, 33, false, false",
    "31, 15, 64, true, false",
    "8, 67, 5, false, true",
    "33, 33, 33, true, true"
  })
  void gemm(int m, int n, int k, boolean ta, boolean tb) {
    OpenBlas blas = Libraries.openBlas();
    try (Buffers buffers = new Buffers()) {
      float[] a = buffers.random(-1, 1, m, k);
      float[] b = buffers.random(-1, 1, k, n);
      float[] before = buffers.random(-1, 1, m, n);
      double[] expected = MatMulTests.product(a, b, m, n, k);
      for (int i = 0; i < expected.length; i++) {
        expected[i] = 2 * expected[i] - before[i];
      }
      float[] aStored = ta ? transposed(a, m, k) : a;
      float[] bStored = tb ? transposed(b, k, n) : b;
      int lda = ta ? m : k;
      int ldb = tb ? k : n;
      MemorySegment c = buffers.floats(before);
      blas.sgemm(
          ta,
          tb,
          m,
          n,
          k,
          2,
          buffers.floats(aStored).address(),
          lda,
          buffers.floats(bStored).address(),
          ldb,
          -1,
          c.address(),
          n);
      assertClose(expected, c.toArray(ValueLayout.JAVA_FLOAT), 1e-5);
      MemorySegment d = doubles(buffers, before);
      blas.dgemm(
          ta,
          tb,
          m,
          n,
          k,
          2,
          doubles(buffers, aStored).address(),
          lda,
          doubles(buffers, bStored).address(),
          ldb,
          -1,
          d.address(),
          n);
      assertClose(expected, narrowed(d), 1e-7);
      buffers.assertGuardsIntact();
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1, false", "17, 33, false", "17, 33, true", "64, 5, true"})
  void gemv(int m, int n, boolean transpose) {
    OpenBlas blas = Libraries.openBlas();
    int in = transpose ? m : n;
    int out = transpose ? n : m;
    try (Buffers buffers = new Buffers()) {
      float[] a = buffers.random(-1, 1, m, n);
      float[] x = buffers.random(-1, 1, in);
      float[] before = buffers.random(-1, 1, out);
      double[] expected = new double[out];
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          expected[transpose ? j : i] += (double) a[i * n + j] * x[transpose ? i : j];
        }
      }
      for (int i = 0; i < out; i++) {
        expected[i] = 3 * expected[i] + 0.5 * before[i];
      }
      MemorySegment y = buffers.floats(before);
      blas.sgemv(
          transpose,
          m,
          n,
          3,
          buffers.floats(a).address(),
          n,
          buffers.floats(x).address(),
          0.5f,
          y.address());
      assertClose(expected, y.toArray(ValueLayout.JAVA_FLOAT), 1e-5);
      MemorySegment z = doubles(buffers, before);
      blas.dgemv(
          transpose,
          m,
          n,
          3,
          doubles(buffers, a).address(),
          n,
          doubles(buffers, x).address(),
          0.5,
          z.address());
      assertClose(expected, narrowed(z), 1e-7);
      buffers.assertGuardsIntact();
    }
  }

  @Test
  void namesAWrongLeadingDimension() {
    OpenBlas blas = Libraries.openBlas();
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> blas.sgemm(false, false, 2, 3, 4, 1, 0, 3, 0, 3, 0, 0, 3));
    assertEquals(
        "cblas_sgemm: lda is 3, but a row has 4 elements (sizes [2, 3, 4])", e.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> blas.dgemm(false, true, 2, 3, 4, 1, 0, 4, 0, 3, 0, 0, 3));
    assertThrows(IllegalArgumentException.class, () -> blas.sgemv(false, -1, 3, 1, 0, 3, 0, 0, 0));
  }

  private static int threads() throws Exception {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/task"))) {
      return (int) all.count();
    }
  }

  @Test
  void hasNoThreadsOfItsOwn(@TempDir Path copy) throws Exception {
    Libraries.openBlas();
    int processors = Runtime.getRuntime().availableProcessors();
    assumeTrue(
        processors >= 4 && Files.isDirectory(Path.of("/proc/self/task")),
        "counts threads in /proc, and OpenBLAS would start one for each further processor");
    // Loaded once more from another file: the one of the other tests has been here for long.
    Path natives = Path.of(System.getProperty("gatun.native.dir", "none"));
    for (String file : LibrarySpec.OPENBLAS.files(Platform.current().os())) {
      if (Files.exists(natives.resolve(file))) {
        Files.copy(natives.resolve(file), copy.resolve(file));
      }
    }
    int before = threads();
    OpenBlas blas = OpenBlas.find(NativeLibraries.in(copy)).orElseThrow();
    try (Buffers buffers = new Buffers()) {
      int n = 300;
      long a = buffers.floats(buffers.random(-1, 1, n, n)).address();
      long c = buffers.bytes(4L * n * n).address();
      for (int i = 0; i < 5; i++) {
        blas.sgemm(false, false, n, n, n, 1, a, n, a, n, 0, c, n);
      }
    }
    int more = threads() - before; // the JVM may have started a compiler thread meanwhile
    assertTrue(more < processors - 1, () -> "OpenBLAS started " + more + " threads");
  }

  @Test
  void saysWhatItIs() {
    OpenBlas blas = Libraries.openBlas();
    assertTrue(blas.configuration().startsWith("OpenBLAS 0.3."), blas.configuration());
    assertTrue(
        OpenBlas.find().attempts().getLast().detail().endsWith("held to 1 thread"),
        () -> OpenBlas.find().toString());
  }
}
