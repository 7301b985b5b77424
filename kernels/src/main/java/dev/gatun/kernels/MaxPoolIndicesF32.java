package dev.gatun.kernels;

/**
 * A maximum pool that also tells where each maximum is, as ONNX numbers it: the position in the
 * whole input [N, C, D, H, W] flattened, although the data here keep channels last.
 *
 * <p>Of equal elements the first wins, a NaN wins over everything. Scalar, about a cycle an
 * element: used by few models (unpooling decoders). Immutable; a task owns a range of output rows.
 */
public final class MaxPoolIndicesF32 {
  private static final int MAX_TASKS = 64;
  private static final long TASK_OUTPUTS = 4096;

  private final PoolAxis d;
  private final PoolAxis h;
  private final PoolAxis w;
  private final int channels;
  private final boolean columnMajor;
  private final long rows;
  private final int tasks;

  private MaxPoolIndicesF32(boolean columnMajor, int batch, int channels, PoolAxis... axes) {
    if (axes.length < 1 || axes.length > 3) {
      throw new IllegalArgumentException("pool: needs 1 to 3 spatial axes, got " + axes.length);
    }
    PoolAxis one = PoolAxis.identity(1);
    d = axes.length == 3 ? axes[0] : one;
    h = axes.length >= 2 ? axes[axes.length - 2] : one;
    w = axes[axes.length - 1];
    this.columnMajor = columnMajor;
    this.channels = channels;
    rows = (long) batch * d.out() * h.out();
    long outputs = rows * w.out() * channels;
    tasks = (int) Math.max(1, Math.min(Math.min(MAX_TASKS, rows), outputs / TASK_OUTPUTS));
  }

  /**
   * Plans the pool.
   *
   * @param columnMajor number positions with the first spatial axis fastest (ONNX storage_order 1)
   * @param axes windows along the spatial axes, outermost first
   */
  public static MaxPoolIndicesF32 of(
      boolean columnMajor, int batch, int channels, PoolAxis... axes) {
    return new MaxPoolIndicesF32(columnMajor, batch, channels, axes);
  }

  /** Number of tasks, at least 1. */
  public int tasks() {
    return tasks;
  }

  /** Pools one task's rows: floats to {@code dst}, their int64 positions to {@code indices}. */
  public void run(long src, long dst, long indices, int task) {
    long end = rows * (task + 1) / tasks;
    for (long row = rows * task / tasks; row < end; row++) {
      int oh = (int) (row % h.out());
      long rest = row / h.out();
      int od = (int) (rest % d.out());
      long image = rest / d.out();
      for (int ow = 0; ow < w.out(); ow++) {
        long at = (row * w.out() + ow) * channels;
        for (int c = 0; c < channels; c++) {
          window(src, dst + 4 * (at + c), indices + 8 * (at + c), image, od, oh, ow, c);
        }
      }
    }
  }

  private void window(
      long src, long dst, long index, long image, int od, int oh, int ow, int channel) {
    float most = Float.NEGATIVE_INFINITY;
    long best = -1;
    for (int i = 0; i < d.taps()[od]; i++) {
      long z = d.first()[od] + (long) i * d.dilation();
      for (int j = 0; j < h.taps()[oh]; j++) {
        long y = h.first()[oh] + (long) j * h.dilation();
        for (int k = 0; k < w.taps()[ow]; k++) {
          long x = w.first()[ow] + (long) k * w.dilation();
          long pixel = ((image * d.in() + z) * h.in() + y) * w.in() + x;
          float v = Memory.ALL.get(Memory.F32, src + 4 * (pixel * channels + channel));
          // A NaN stays: no comparison with it is true.
          if (best < 0 || v > most || (Float.isNaN(v) && !Float.isNaN(most))) {
            most = v;
            best = columnMajor ? (x * h.in() + y) * d.in() + z : (z * h.in() + y) * w.in() + x;
          }
        }
      }
    }
    long plane = (long) d.in() * h.in() * w.in();
    Memory.ALL.set(Memory.F32, dst, most);
    Memory.ALL.set(Memory.I64, index, best < 0 ? -1 : (image * channels + channel) * plane + best);
  }
}
