package dev.gatun.ffi;

import static dev.gatun.ffi.Buffers.assertClose;
import static dev.gatun.ffi.DataType.F32;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Running a primitive: from several threads, without allocating, with clear errors. */
@ExtendWith(SlowElsewhere.class)
class ArgumentsTests {
  private static final int M = 61;
  private static final int N = 67;
  private static final int K = 129;

  private static OneDnnPrimitive matmul() {
    return MatMul.of(Libraries.oneDnn())
        .src(MemoryDesc.rowMajor(F32, M, K))
        .weights(MemoryDesc.any(F32, K, N))
        .dst(MemoryDesc.rowMajor(F32, M, N))
        .build()
        .orElseThrow();
  }

  private static int threads() throws Exception {
    Path tasks = Path.of("/proc/self/task");
    assumeTrue(Files.isDirectory(tasks), "counts threads in /proc");
    try (Stream<Path> all = Files.list(tasks)) {
      return (int) all.count();
    }
  }

  @Test
  void fourThreadsRunOnePrimitiveAtOnceWithoutThreadsOfOpenMp() throws Exception {
    try (Buffers buffers = new Buffers();
        OneDnnPrimitive primitive = matmul();
        ExecutorService pool = Executors.newFixedThreadPool(4)) {
      float[] b = buffers.random(-1, 1, K, N);
      MemorySegment weights = buffers.bytes(primitive.desc(Arg.WEIGHTS).sizeBytes());
      buffers.write(primitive.desc(Arg.WEIGHTS), b, weights);
      List<float[]> sources = new ArrayList<>();
      List<MemorySegment> results = new ArrayList<>();
      List<Future<?>> running = new ArrayList<>();
      CyclicBarrier start = new CyclicBarrier(4);
      for (int i = 0; i < 4; i++) {
        float[] a = buffers.random(-1, 1, M, K);
        MemorySegment src = buffers.floats(a);
        MemorySegment dst = buffers.bytes(4L * M * N);
        sources.add(a);
        results.add(dst);
        running.add(
            pool.submit(
                () -> {
                  try (Arguments arguments = primitive.arguments()) {
                    arguments
                        .set(Arg.SRC, src.address())
                        .set(Arg.WEIGHTS, weights.address())
                        .set(Arg.DST, dst.address())
                        .ownScratchpad();
                    start.await();
                    int before = threads();
                    for (int run = 0; run < 200; run++) {
                      arguments.execute();
                    }
                    return threads() - before;
                  }
                }));
      }
      for (Future<?> each : running) {
        assertTrue((Integer) each.get() < 4, "OpenMP started threads"); // 12 without the limit
      }
      for (int i = 0; i < 4; i++) {
        float[] c = new float[M * N];
        MemorySegment.copy(results.get(i), ValueLayout.JAVA_FLOAT, 0, c, 0, c.length);
        assertClose(MatMulTests.product(sources.get(i), b, M, N, K), c, 1e-5);
      }
      buffers.assertGuardsIntact();
    }
  }

  @Test
  void settingAndRunningAllocateNothing() {
    try (Buffers buffers = new Buffers();
        OneDnnPrimitive primitive = matmul();
        Arguments arguments = primitive.arguments()) {
      long a = buffers.floats(buffers.random(-1, 1, M, K)).address();
      long other = buffers.floats(buffers.random(-1, 1, M, K)).address();
      MemoryDesc weights = primitive.desc(Arg.WEIGHTS);
      arguments.ownScratchpad();
      arguments.set(Arg.WEIGHTS, buffers.bytes(weights.sizeBytes()).fill((byte) 0).address());
      arguments.set(Arg.DST, buffers.bytes(4L * M * N).address());
      ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long allocated = Long.MAX_VALUE;
      for (int round = 0; round < 5; round++) { // the first links method handles
        long before = bean.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 100; i++) {
          arguments.set(Arg.SRC, (i & 1) == 0 ? a : other).execute();
        }
        allocated = Math.min(allocated, bean.getCurrentThreadAllocatedBytes() - before);
      }
      assertEquals(0, allocated);
    }
  }

  @Test
  void saysWhatIsMissingOrClosed() {
    OneDnnPrimitive primitive = matmul();
    Arguments arguments = primitive.arguments();
    try (Buffers buffers = new Buffers()) {
      arguments.set(Arg.SRC, buffers.bytes(4L * M * K).address());
      IllegalStateException unset = assertThrows(IllegalStateException.class, arguments::execute);
      assertTrue(
          String.valueOf(unset.getMessage()).contains("set(...) was not called for WEIGHTS DST"),
          unset::toString);
      IllegalArgumentException unknown =
          assertThrows(IllegalArgumentException.class, () -> arguments.set(Arg.MEAN, 0));
      assertTrue(
          String.valueOf(unknown.getMessage()).contains("has no argument MEAN, only [SRC, WEIGHTS"),
          unknown::toString);
      assertThrows(IllegalArgumentException.class, () -> primitive.desc(Arg.BIAS));
    }
    primitive.close();
    primitive.close();
    IllegalStateException closed = assertThrows(IllegalStateException.class, arguments::execute);
    assertTrue(String.valueOf(closed.getMessage()).endsWith("the primitive is closed"));
    arguments.close();
    arguments.close();
  }

  @Test
  void sgemmOnPlainMatrices() {
    OneDnn dnnl = Libraries.oneDnn();
    try (Buffers buffers = new Buffers()) {
      float[] a = buffers.random(-1, 1, M, K);
      float[] b = buffers.random(-1, 1, K, N);
      float[] transposed = new float[K * N];
      for (int i = 0; i < K; i++) {
        for (int j = 0; j < N; j++) {
          transposed[j * K + i] = b[i * N + j];
        }
      }
      float[] before = buffers.random(-1, 1, M, N);
      MemorySegment c = buffers.floats(before);
      dnnl.sgemm(
          false,
          true,
          M,
          N,
          K,
          2,
          buffers.floats(a).address(),
          K,
          buffers.floats(transposed).address(),
          K,
          0.5f,
          c.address(),
          N);
      double[] expected = MatMulTests.product(a, b, M, N, K);
      for (int i = 0; i < expected.length; i++) {
        expected[i] = 2 * expected[i] + 0.5 * before[i];
      }
      float[] result = c.toArray(ValueLayout.JAVA_FLOAT);
      assertClose(expected, result, 1e-5);
      OneDnnException e =
          assertThrows(
              OneDnnException.class,
              () ->
                  dnnl.sgemm(
                      false,
                      false,
                      M,
                      N,
                      K,
                      1,
                      c.address(),
                      K - 1,
                      c.address(),
                      N,
                      0,
                      c.address(),
                      N));
      assertTrue(String.valueOf(e.getMessage()).contains("invalid arguments"), e::toString);
      assertArrayEquals(result, c.toArray(ValueLayout.JAVA_FLOAT));
      buffers.assertGuardsIntact();
    }
  }
}
