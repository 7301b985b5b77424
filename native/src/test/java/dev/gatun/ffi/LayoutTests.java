package dev.gatun.ffi;

import static dev.gatun.ffi.Buffers.assertClose;
import static dev.gatun.ffi.DataType.F32;
import static dev.gatun.ffi.Gradient.widen;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Descriptors, and the primitives that only move values: reorder, concatenation, resampling. */
@ExtendWith(SlowElsewhere.class)
class LayoutTests {
  @Test
  void knowsStridesAndSizes() {
    MemoryDesc nhwc = MemoryDesc.plain(F32, "acdb", 2, 5, 3, 4);
    assertArrayEquals(new long[] {60, 1, 20, 5}, nhwc.strides());
    assertEquals(4 * 120, nhwc.sizeBytes());
    assertArrayEquals(new long[] {60, 12, 4, 1}, MemoryDesc.rowMajor(F32, 2, 5, 3, 4).strides());
    assertEquals(nhwc, MemoryDesc.strided(F32, nhwc.dims(), new long[] {60, 1, 20, 5}));
    assertNotEquals(nhwc, MemoryDesc.rowMajor(F32, 2, 5, 3, 4));
    assertEquals(
        2 * (9 + 1),
        MemoryDesc.strided(DataType.BF16, new long[] {2, 2}, new long[] {8, 1}).sizeBytes());
    assertEquals(0, MemoryDesc.rowMajor(F32, 2, 0, 3).sizeBytes());
    assertTrue(nhwc.asAny().isAny());
    assertFalse(nhwc.isAny());
  }

  @Test
  void refusesImpossibleDescriptors() {
    assertThrows(IllegalArgumentException.class, () -> MemoryDesc.rowMajor(F32));
    assertThrows(IllegalArgumentException.class, () -> MemoryDesc.rowMajor(F32, 3, -1));
    assertThrows(IllegalArgumentException.class, () -> MemoryDesc.rowMajor(F32, new long[13]));
    assertThrows(IllegalArgumentException.class, () -> MemoryDesc.plain(F32, "aa", 2, 3));
    assertThrows(IllegalArgumentException.class, () -> MemoryDesc.plain(F32, "ac", 2, 3));
    assertThrows(IllegalArgumentException.class, () -> MemoryDesc.plain(F32, "abc", 2, 3));
    assertThrows(
        IllegalArgumentException.class,
        () -> MemoryDesc.strided(F32, new long[] {2}, new long[] {-1}));
    assertThrows(
        ArithmeticException.class,
        () -> MemoryDesc.rowMajor(F32, Long.MAX_VALUE / 2, Long.MAX_VALUE / 2));
  }

  @Test
  void layoutsThatOneDnnChoosesAreValues() {
    OneDnn dnnl = Libraries.oneDnn();
    MatMul builder =
        MatMul.of(dnnl)
            .src(MemoryDesc.rowMajor(F32, 64, 96))
            .weights(MemoryDesc.any(F32, 96, 80))
            .dst(MemoryDesc.rowMajor(F32, 64, 80));
    try (OneDnnPrimitive first = builder.build().orElseThrow();
        OneDnnPrimitive second = builder.build().orElseThrow()) {
      MemoryDesc weights = first.desc(Arg.WEIGHTS);
      assertEquals(weights, second.desc(Arg.WEIGHTS));
      assertEquals(weights.hashCode(), second.desc(Arg.WEIGHTS).hashCode());
      assertTrue(weights.sizeBytes() >= 4 * 96 * 80);
      assertEquals(MemoryDesc.rowMajor(F32, 64, 96), first.desc(Arg.SRC));
    }
  }

  @Test
  void reordersThereAndBack() {
    OneDnn dnnl = Libraries.oneDnn();
    MemoryDesc rows = MemoryDesc.rowMajor(F32, 2, 5, 3, 7);
    MemoryDesc nhwc = MemoryDesc.plain(F32, "acdb", 2, 5, 3, 7);
    MemoryDesc half = MemoryDesc.rowMajor(DataType.BF16, 2, 5, 3, 7);
    try (Buffers buffers = new Buffers()) {
      float[] x = buffers.random(-1, 1, rows.dims());
      MemorySegment from = buffers.floats(x);
      MemorySegment last = buffers.bytes(nhwc.sizeBytes());
      MemorySegment small = buffers.bytes(half.sizeBytes());
      dnnl.reorder(rows, from.address(), nhwc, last.address());
      dnnl.reorder(nhwc, last.address(), half, small.address());
      assertEquals(
          x[5 * 21 + 3 * 21 + 10], last.getAtIndex(ValueLayout.JAVA_FLOAT, 105 + 10 * 5 + 3));
      assertClose(widen(x), buffers.read(half, small), 0x1p-8);
      buffers.assertGuardsIntact();
    }
  }

  @Test
  void panelsAreThoseOfOurKernels() {
    OneDnn dnnl = Libraries.oneDnn();
    for (int[] size : new int[][] {{32, 64}, {33, 70}, {5, 3}}) {
      int k = size[0];
      int n = size[1];
      MemoryDesc panels = MemoryDesc.panels32(F32, k, n);
      PrimitiveResult result =
          MatMul.of(dnnl)
              .src(MemoryDesc.rowMajor(F32, 7, k))
              .weights(panels)
              .dst(MemoryDesc.rowMajor(F32, 7, n))
              .build();
      assumeTrue(result.primitive().isPresent(), result::reason); // needs AVX-512
      try (Buffers buffers = new Buffers();
          OneDnnPrimitive primitive = result.orElseThrow();
          Arguments arguments = primitive.arguments()) {
        assertEquals(panels.sizeBytes(), primitive.desc(Arg.WEIGHTS).sizeBytes());
        float[] a = buffers.random(-1, 1, 7, k);
        float[] b = buffers.random(-1, 1, k, n);
        int rows = (k + 15) / 16 * 16;
        float[] packed = new float[(int) panels.sizeBytes() / 4];
        for (int i = 0; i < k; i++) {
          for (int j = 0; j < n; j++) {
            packed[(j / 32 * rows + i) * 32 + j % 32] = b[i * n + j];
          }
        }
        MemorySegment dst = buffers.bytes(4L * 7 * n);
        arguments
            .ownScratchpad()
            .set(Arg.SRC, buffers.floats(a).address())
            .set(Arg.WEIGHTS, buffers.floats(packed).address())
            .set(Arg.DST, dst.address())
            .execute();
        assertClose(MatMulTests.product(a, b, 7, n, k), dst.toArray(ValueLayout.JAVA_FLOAT), 1e-5);
        buffers.assertGuardsIntact();
      }
    }
  }

  @Test
  void concatenatesAlongAnyAxis() {
    OneDnn dnnl = Libraries.oneDnn();
    List<MemoryDesc> sources =
        List.of(
            MemoryDesc.rowMajor(F32, 3, 1, 4),
            MemoryDesc.rowMajor(F32, 3, 5, 4),
            MemoryDesc.rowMajor(F32, 3, 2, 4));
    try (Buffers buffers = new Buffers();
        OneDnnPrimitive primitive =
            Concat.of(dnnl, 1)
                .sources(sources)
                .dst(MemoryDesc.rowMajor(F32, 3, 8, 4))
                .build()
                .orElseThrow()) {
      float[] a = buffers.random(-1, 1, 12);
      float[] b = buffers.random(-1, 1, 60);
      float[] c = buffers.random(-1, 1, 24);
      double[] expected = new double[96];
      for (int i = 0; i < 96; i++) {
        int row = i / 32;
        int at = i % 32;
        expected[i] =
            at < 4 ? a[row * 4 + at] : at < 24 ? b[row * 20 + at - 4] : c[row * 8 + at - 24];
      }
      Buffers.Results out =
          buffers.run(primitive, Map.of(Arg.source(0), a, Arg.source(1), b, Arg.source(2), c));
      assertClose(expected, out.get(Arg.DST), 0);
    }
  }

  /** One axis of length {@code from} to {@code to}: pixel centres half-way, edges repeated. */
  private static double[] resample(Resampling.Kind kind, double[] x, int rows, int from, int to) {
    double[] y = new double[rows * to];
    for (int i = 0; i < y.length; i++) {
      int row = i / to * from;
      double at = (i % to + 0.5) * from / to - 0.5;
      if (kind == Resampling.Kind.NEAREST) {
        y[i] = x[row + (int) Math.floor(at + 0.5)];
      } else {
        int left = (int) Math.floor(at);
        double part = at - left;
        y[i] =
            (1 - part) * x[row + Math.max(0, left)] + part * x[row + Math.min(from - 1, left + 1)];
      }
    }
    return y;
  }

  @ParameterizedTest
  @EnumSource(Resampling.Kind.class)
  void resamplesForwardAndBackward(Resampling.Kind kind) {
    OneDnn dnnl = Libraries.oneDnn();
    int from = 5;
    for (int to : new int[] {3, 5, 13}) {
      Resampling builder =
          Resampling.of(dnnl, kind)
              .src(MemoryDesc.plain(F32, "acb", 2, 3, from))
              .dst(MemoryDesc.plain(F32, "acb", 2, 3, to));
      try (Buffers buffers = new Buffers();
          OneDnnPrimitive forward = builder.forward().orElseThrow();
          OneDnnPrimitive backward = builder.backward().orElseThrow()) {
        float[] x = buffers.random(-1, 1, 2, 3, from);
        float[] gradient = buffers.random(-1, 1, 2, 3, to);
        assertClose(
            resample(kind, widen(x), 6, from, to),
            buffers.run(forward, Map.of(Arg.SRC, x)).get(Arg.DST),
            1e-6);
        assertClose(
            Gradient.of(v -> resample(kind, v, 6, from, to), widen(x), gradient),
            buffers.run(backward, Map.of(Arg.DIFF_DST, gradient)).get(Arg.DIFF_SRC),
            1e-5);
      }
    }
  }
}
