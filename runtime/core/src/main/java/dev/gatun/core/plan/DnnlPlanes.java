package dev.gatun.core.plan;

import dev.gatun.core.op.Window;
import dev.gatun.core.plan.Slicing.Part;
import dev.gatun.core.tensor.Shape;
import dev.gatun.ffi.DataType;
import dev.gatun.ffi.MemoryDesc;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How images [N, S..., C] or [N, C, S...] under a window are cut: into images, or channels-last
 * ones into ranges of the first spatial axis, each with the input rows and the padding it needs.
 */
final class DnnlPlanes {
  private DnnlPlanes() {}

  /**
   * A slice along the first spatial axis.
   *
   * @param before padding before the input rows
   * @param after padding after them
   */
  record Rows(long in, long inCount, long out, long outCount, long before, long after) {}

  /** Some images, or some rows of one image. */
  record Cut(Part images, Rows rows) {}

  /** Sizes of the spatial axes. */
  static long[] spatial(Shape shape, boolean last) {
    int from = last ? 1 : 2;
    return Arrays.copyOfRange(shape.sizes(), from, from + shape.rank() - 2);
  }

  /** Dense images with the first spatial axis cut to {@code rows}; dims are [N, C, S...]. */
  static MemoryDesc desc(Shape shape, boolean last, long images, long rows) {
    long[] spatial = spatial(shape, last);
    long[] dims = new long[shape.rank()];
    dims[0] = images;
    dims[1] = shape.size(last ? -1 : 1);
    System.arraycopy(spatial, 0, dims, 2, spatial.length);
    dims[2] = rows;
    String axes = "cdefgh".substring(0, spatial.length);
    return MemoryDesc.plain(DataType.F32, last ? "a" + axes + "b" : "ab" + axes, dims);
  }

  /** Elements before the row of the image. */
  static long offset(Shape shape, boolean last, long image, long row) {
    long perImage = shape.elements() / shape.size(0);
    return image * perImage + (last ? row * (perImage / shape.size(1)) : 0);
  }

  /** Cuts the result for about {@code wanted} tasks. */
  static List<Cut> cut(Window window, boolean transposed, boolean last, long images, int wanted) {
    Rows all = rows(window, transposed, new Part(0, window.out()[0]), true);
    List<Cut> cuts = new ArrayList<>();
    if (images >= wanted || !last || all == null) {
      for (Part part : Slicing.cut(images, wanted, 1)) {
        cuts.add(new Cut(part, all == null ? whole(window) : all));
      }
      return cuts;
    }
    List<Rows> parts = new ArrayList<>();
    for (Part part : Slicing.cut(window.out()[0], Math.ceilDiv(wanted, images), 1)) {
      Rows rows = rows(window, transposed, part, false);
      if (rows == null) {
        // A slice of nothing but padding: leave the image whole.
        parts = List.of(all);
        break;
      }
      parts.add(rows);
    }
    for (long image = 0; image < images; image++) {
      for (Rows rows : parts.size() == 1 ? List.of(all) : parts) {
        cuts.add(new Cut(new Part(image, 1), rows));
      }
    }
    return cuts;
  }

  private static Rows whole(Window w) {
    return new Rows(0, w.in()[0], 0, w.out()[0], w.padBegin()[0], w.padEnd()[0]);
  }

  /** What output rows need; null if they read no input at all. */
  private static @Nullable Rows rows(Window w, boolean transposed, Part out, boolean whole) {
    long stride = w.strides()[0];
    long extent = (w.kernel()[0] - 1) * w.dilations()[0] + 1;
    long pad = w.padBegin()[0];
    long in = w.in()[0];
    if (transposed) {
      // Input i adds to outputs i * stride - pad to i * stride - pad + extent - 1.
      long least = Math.ceilDiv(out.first() + pad - extent + 1, stride);
      long first = Math.max(0, Math.min(least, Math.floorDiv(out.first() + pad, stride)));
      long end = Math.min(in, Math.floorDiv(out.end() - 1 + pad, stride) + 1);
      first = whole ? 0 : first;
      end = whole ? in : end;
      if (end <= first) {
        return null;
      }
      long before = pad + out.first() - first * stride;
      long after = (end - first - 1) * stride + extent - before - out.count();
      return new Rows(first, end - first, out.first(), out.count(), before, after);
    }
    long start = out.first() * stride - pad;
    long stop = (out.end() - 1) * stride - pad + extent;
    long first = whole ? 0 : Math.max(0, start);
    long end = whole ? in : Math.min(in, stop);
    if (end <= first) {
      return null;
    }
    return new Rows(
        first, end - first, out.first(), out.count(), Math.max(0, -start), Math.max(0, stop - in));
  }

  /** Padding of all axes, the first as the slice has it: before, then after. */
  static long[][] padding(Window w, boolean transposed, Rows rows) {
    long[] before = w.padBegin().clone();
    long[] after = new long[before.length];
    for (int a = 0; a < before.length; a++) {
      long extent = (w.kernel()[a] - 1) * w.dilations()[a] + 1;
      after[a] =
          transposed
              ? (w.in()[a] - 1) * w.strides()[a] + extent - before[a] - w.out()[a]
              : Math.max(0, (w.out()[a] - 1) * w.strides()[a] + extent - w.in()[a] - before[a]);
    }
    before[0] = rows.before();
    after[0] = rows.after();
    return new long[][] {before, after};
  }
}
