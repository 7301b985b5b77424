package dev.gatun.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NarrowMatmulF32Tests {
  private static final int COLUMNS = PackedWeightsF32.COLUMNS;
  private static final float INF = Float.POSITIVE_INFINITY;

  /** Weights as a format would have them, and what they mean. */
  static final class Weights {
    final NarrowWeights form;
    final double[][] truth;
    final byte[] stored;
    final float[] scales;
    final float[] offsets;
    final boolean turned;
    final int flip;

    Weights(
        NarrowWeights.Kind kind,
        int n,
        int k,
        int group,
        boolean halves,
        boolean offset,
        boolean signed,
        boolean turned,
        Random random) {
      boolean brain = kind == NarrowWeights.Kind.BF16;
      int whole = NarrowWeights.wholeColumn(kind, k);
      int used = brain || group == 0 ? whole : group;
      int bits = kind == NarrowWeights.Kind.I4 ? 4 : 8;
      int lowest = signed ? -(1 << (bits - 1)) : 0;
      int zeroPoint = brain || signed ? 0 : random.nextInt(1 << bits);
      // Bytes are stored signed, int4 unsigned.
      int move = bits == 8 ? (signed ? 0 : -128) : signed ? 8 : 0;
      flip = bits == 8 ? (signed ? 0 : 128) : signed ? 8 : 0;
      form = new NarrowWeights(kind, n, k, used, halves, offset, brain ? 0 : zeroPoint + move);
      this.turned = turned;
      int groups = Math.ceilDiv(k, used);
      scales = new float[n * Math.max(1, groups)];
      offsets = new float[scales.length];
      for (int i = 0; i < scales.length; i++) {
        float s = (random.nextFloat() - 0.3f) * (i % 5 == 4 ? 1e-6f : 0.1f);
        scales[i] = halves ? Float.float16ToFloat(Float.floatToFloat16(s)) : s;
        offsets[i] = random.nextFloat() - 0.5f;
      }
      truth = new double[k][n];
      int size = brain ? 2 : 1;
      stored = new byte[n * k * size];
      for (int i = 0; i < k; i++) {
        for (int j = 0; j < n; j++) {
          int at = (turned ? j * k + i : i * n + j) * size;
          if (brain) {
            short q = (short) (Float.floatToIntBits(random.nextFloat() - 0.5f) >>> 16);
            stored[at] = (byte) q;
            stored[at + 1] = (byte) (q >> 8);
            truth[i][j] = Float.intBitsToFloat(q << 16);
          } else {
            int q = lowest + random.nextInt(1 << bits);
            // Nobody promises that the upper half of a byte with an int4 is its sign.
            stored[at] = (byte) (bits == 4 && i % 3 == 0 ? q & 15 | 0x50 : q);
            int s = j * groups + i / used;
            double w = (double) (q - zeroPoint) * scales[s];
            truth[i][j] = (float) (offset ? w + offsets[s] : w);
          }
        }
      }
    }

    long pack(Arena arena) {
      long from = arena.allocate(stored.length + 8L, 64).address();
      for (int i = 0; i < stored.length; i++) {
        Memory.ALL.set(Memory.I8, from + i, stored[i]);
      }
      long packed = arena.allocate(form.bytes() + 64, 64).address();
      int size = form.kind() == NarrowWeights.Kind.BF16 ? 2 : 1;
      long term = turned ? size : (long) form.n() * size;
      long column = turned ? (long) form.k() * size : size;
      int panels = PackedWeightsF32.panels(form.n());
      form.pack(from, term, column, flip, packed, 0, panels / 2);
      form.pack(from, term, column, flip, packed, panels / 2, panels);
      if (form.kind() != NarrowWeights.Kind.BF16) {
        form.packScales(scales, form.groups(), 1, packed);
        if (form.offsets()) {
          form.packOffsets(offsets, form.groups(), 1, packed);
        }
      }
      return packed;
    }

    @Override
    public String toString() {
      return form + (turned ? " turned" : "");
    }
  }

  static Stream<Weights> weights() {
    Random random = new Random(7);
    List<Weights> all = new ArrayList<>();
    int[] ns = {1, COLUMNS / 2, COLUMNS - 1, COLUMNS, 3 * COLUMNS + 1, 101};
    int[] ks = {1, 2, 7, 8, 31, 32, 33, 97, 1024, 1103};
    int i = 0;
    for (int n : ns) {
      for (int k : ks) {
        for (NarrowWeights.Kind kind : NarrowWeights.Kind.values()) {
          i++;
          boolean brain = kind == NarrowWeights.Kind.BF16;
          int group = new int[] {32, 0, 16, 8, 128}[i % 5];
          boolean halves = !brain && i % 2 == 0;
          boolean offsets = !brain && i % 3 == 0;
          all.add(new Weights(kind, n, k, group, halves, offsets, i % 7 < 4, i % 11 < 6, random));
        }
      }
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("weights")
  void panelsAreTheWeightsRoundedOnce(Weights w) {
    try (Arena arena = Arena.ofConfined()) {
      long packed = w.pack(arena);
      int n = w.form.n();
      int k = w.form.k();
      long panel = arena.allocate(4L * COLUMNS * (k + 8), 64).address();
      for (int p = 0; p < PackedWeightsF32.panels(n); p++) {
        // From the middle of a group on, as products of many terms do.
        int k0 = k > 40 ? 16 : 0;
        NarrowPanelF32.unpack(w.form, packed, p, k0, k, panel);
        for (int i = k0; i < k; i++) {
          for (int j = 0; j < Math.min(COLUMNS, n - p * COLUMNS); j++) {
            float value = Memory.ALL.get(Memory.F32, panel + 4L * ((i - k0) * COLUMNS + j));
            // Zeros may have either sign.
            assertEquals(
                (float) w.truth[i][p * COLUMNS + j] + 0f, value + 0f, "term " + i + " of " + j);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("weights")
  void agreesWithDoublePrecision(Weights w) {
    int seed = w.form.hashCode();
    for (int m : new int[] {1, 2, 5, 8, 27}) {
      product(w, m, 1 + Math.floorMod(seed++, 4), Math.floorMod(seed, 3));
    }
  }

  private static void product(Weights w, int m, int threads, int variant) {
    int n = w.form.n();
    int k = w.form.k();
    Random random = new Random(m);
    float[] x = FloatBuffers.uniform(random, m * k, -1, 1);
    float[] bias = FloatBuffers.uniform(random, n, -1, 1);
    float lo = variant == 1 ? -0.1f : -INF;
    float hi = variant == 1 ? 0.3f : INF;
    float[] c;
    try (Arena arena = Arena.ofShared();
        Guarded a = Guarded.of(x, 4);
        Guarded b = Guarded.of(bias, 4);
        Guarded y = Guarded.ofBytes(4L * m * n, 4);
        Team team = Team.ofThreads(threads)) {
      long packed = w.pack(arena);
      NarrowMatmulF32 plan = NarrowMatmulF32.plan(m, w.form, threads);
      Epilogue twice = variant == 2 ? NarrowMatmulF32Tests::doubled : null;
      long added = variant == 0 ? 0 : b.address();
      team.run(
          plan.tasks(),
          task ->
              plan.run(
                  a.address(),
                  4L * k,
                  packed,
                  added,
                  lo,
                  hi,
                  y.address(),
                  4L * n,
                  twice,
                  new long[0],
                  task));
      c = y.toFloats();
    }
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        double sum = variant == 0 ? 0 : bias[j];
        double size = Math.abs(sum);
        for (int t = 0; t < k; t++) {
          int group = t / w.form.group();
          sum += x[i * k + t] * w.truth[t][j];
          // A zero point is taken off sums, not weights: it counts, too.
          double scale =
              w.form.kind() == NarrowWeights.Kind.BF16
                  ? 0
                  : Math.abs(
                      w.scales[j * w.form.groups() + group] * (16 + Math.abs(w.form.zero())));
          size += Math.abs(x[i * k + t]) * (Math.abs(w.truth[t][j]) + scale);
        }
        double expected = Math.min(hi, Math.max(lo, sum)) * (variant == 2 ? 2 : 1);
        double allowed = 0x1p-22 * (4 + Math.sqrt(k)) * size + 1e-30;
        assertTrue(
            Math.abs(c[i * n + j] - expected) <= allowed,
            w + ", rows " + m + ": " + c[i * n + j] + " instead of " + expected);
      }
    }
  }

  private static void doubled(
      long[] buffers, long dst, long rowBytes, long row, int rows, long column, int columns) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        long at = dst + i * rowBytes + 4L * j;
        Memory.ALL.set(Memory.F32, at, 2 * Memory.ALL.get(Memory.F32, at));
      }
    }
  }

  @Test
  void threadsDoNotChangeResults() {
    Weights w =
        new Weights(NarrowWeights.Kind.I4, 1000, 320, 32, true, false, true, true, new Random(3));
    float[] x = FloatBuffers.uniform(new Random(1), 320, -1, 1);
    List<float[]> results = new ArrayList<>();
    for (int threads = 1; threads <= 4; threads++) {
      try (Arena arena = Arena.ofShared();
          Guarded a = Guarded.of(x, 0);
          Guarded y = Guarded.ofBytes(4000, 0);
          Team team = Team.ofThreads(threads)) {
        long packed = w.pack(arena);
        NarrowMatmulF32 plan = NarrowMatmulF32.plan(1, w.form, threads);
        team.run(
            plan.tasks(),
            task ->
                plan.run(
                    a.address(),
                    0,
                    packed,
                    0,
                    -INF,
                    INF,
                    y.address(),
                    4000,
                    null,
                    new long[0],
                    task));
        results.add(y.toFloats());
      }
    }
    results.forEach(r -> assertArrayEquals(results.get(0), r));
  }

  @Test
  void groupsAreWholeWords() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new NarrowWeights(NarrowWeights.Kind.I4, 3, 40, 20, false, false, 0));
    assertTrue(String.valueOf(e.getMessage()).contains("groups of 20"), e.getMessage());
  }
}
