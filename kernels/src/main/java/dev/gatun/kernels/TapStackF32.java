package dev.gatun.kernels;

import java.util.Arrays;

/**
 * Copies the input columns under a few neighbouring pixels of a line, once for all of them.
 *
 * <p>A column holds the z and y taps of one x position: [z tap, y tap, channel]. Columns lie side
 * by side, so the row of a pixel, all its taps in the order [x tap, z tap, y tap, channel], begins
 * {@code step} columns after that of the pixel before and overlaps it. A kernel of three columns is
 * copied once instead of three times, and takes a third of the room in L1.
 */
final class TapStackF32 {
  /** Stacks beyond this spill from L2 what else has to be there. */
  private static final int MOST_FLOATS = 16 << 10;

  /** From this many panels on copying costs too little to be worth kernels of its own. */
  private static final int MOST_PANELS = 8;

  /** Rows of a tile that is about as fast as a full one, in percent of its height. */
  private static final int LEAST_HEIGHT = 90;

  private final TapGrid grid;
  private final int channels;
  private final int column;

  /** A plan for groups of that many channels. */
  TapStackF32(TapGrid grid, int channels) {
    this.grid = grid;
    this.channels = channels;
    column = grid.z().offsets().length * grid.y().offsets().length * channels;
  }

  /** Whether stacking columns pays, and the pixels' rows overlap at all. */
  static boolean accepts(TapGrid grid, int channels, int panels) {
    TapGrid.Axis x = grid.x();
    int taps = x.offsets().length;
    for (int k = 1; k < taps; k++) {
      if (x.offsets()[k] != x.offsets()[k - 1] + 1) {
        return false;
      }
    }
    long column = (long) grid.z().offsets().length * grid.y().offsets().length * channels;
    int height = GemmTilesF32.HEIGHT;
    long floats = ((height - 1L) * x.step() + taps) * column;
    int lineTiles = Math.ceilDiv(x.size(), height);
    // Rows a multiple of a page apart would all need the same cache sets.
    boolean sets = column * x.step() * 4 % 4096 != 0;
    return taps >= 2 * x.step()
        && channels >= Lanes.F32_LENGTH
        && panels <= MOST_PANELS
        && floats <= MOST_FLOATS
        && 100L * x.size() >= (long) LEAST_HEIGHT * lineTiles * height
        && sets;
  }

  /** Distance between the rows of neighbouring pixels, in floats. */
  int rowFloats() {
    return column * grid.x().step();
  }

  /** Number of floats of the stack of that many pixels. */
  int length(int pixels) {
    return columns(pixels) * column;
  }

  private int columns(int pixels) {
    return (pixels - 1) * grid.x().step() + grid.x().offsets().length;
  }

  /**
   * Stacks the columns under some pixels of a line.
   *
   * @param src address of the first channel of the group, of the first input position
   * @param line number of the line
   * @param firstX first pixel
   * @param pixels how many
   * @param at where the stack begins in block
   */
  void run(long src, int line, int firstX, int pixels, float[] block, int at) {
    TapGrid.Axis z = grid.z();
    TapGrid.Axis y = grid.y();
    int lineY = line % y.size();
    int plane = line / y.size();
    int lineZ = plane % z.size();
    long image = plane / z.size();
    int columns = columns(pixels);
    int first = firstX * grid.x().step() + grid.x().offsets()[0];
    int before = Math.clamp(-(long) first, 0, columns);
    int after = Math.clamp((long) first + columns - grid.x().in(), 0, columns - before);
    int inside = columns - before - after;
    long pixelBytes = 4L * grid.channels();
    int to = at;
    for (int kz = 0; kz < z.offsets().length; kz++) {
      int inZ = lineZ * z.step() + z.offsets()[kz];
      for (int ky = 0; ky < y.offsets().length; ky++) {
        int inY = lineY * y.step() + y.offsets()[ky];
        if (inZ < 0 || inZ >= z.in() || inY < 0 || inY >= y.in()) {
          zero(block, to, columns);
        } else {
          long row = ((image * z.in() + inZ) * y.in() + inY) * grid.x().in();
          zero(block, to, before);
          GemmEdgesF32.copyToArray(
              src + (row + first + before) * pixelBytes,
              pixelBytes,
              inside,
              channels,
              block,
              to + before * column,
              column);
          zero(block, to + (before + inside) * column, after);
        }
        to += channels;
      }
    }
  }

  private void zero(float[] block, int at, int columns) {
    for (int c = 0; c < columns; c++) {
      Arrays.fill(block, at + c * column, at + c * column + channels, 0f);
    }
  }
}
