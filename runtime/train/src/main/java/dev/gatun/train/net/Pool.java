package dev.gatun.train.net;

import dev.gatun.core.op.AveragePool;
import dev.gatun.core.op.MaxPool;

/** The largest or the mean of each window of [N, C, S...]; windows do not overlap by default. */
public final class Pool implements Layer {
  private final boolean largest;
  private final Windows window;
  private final boolean ceil;
  private final boolean countPadding;

  private Pool(boolean largest, Windows window, boolean ceil, boolean countPadding) {
    this.largest = largest;
    this.window = window;
    this.ceil = ceil;
    this.countPadding = countPadding;
  }

  static Pool max(int axes, long size) {
    return new Pool(true, Windows.of(axes, size, size), false, false);
  }

  static Pool average(int axes, long size) {
    return new Pool(false, Windows.of(axes, size, size), false, true);
  }

  /** Strides: one for all axes or one an axis. */
  public Pool stride(long... strides) {
    return new Pool(largest, window.strides(strides), ceil, countPadding);
  }

  /** Padding before and after: one number for all axes or one an axis; it never is the largest. */
  public Pool pad(long... pads) {
    return new Pool(largest, window.pads(pads), ceil, countPadding);
  }

  /** A last window that reaches over the end counts, too. */
  public Pool ceil() {
    return new Pool(largest, window, true, countPadding);
  }

  /** A mean divides by the elements of the input only, not by the padding's. */
  public Pool excludePadding() {
    return new Pool(largest, window, ceil, false);
  }

  @Override
  public Flow apply(Flow x) {
    window.require(x);
    var attrs = window.attrs().with("kernel", window.kernel()).with("ceilMode", ceil);
    return largest
        ? x.op(MaxPool.OP, attrs)
        : x.op(AveragePool.OP, attrs.with("countIncludePad", countPadding));
  }
}
