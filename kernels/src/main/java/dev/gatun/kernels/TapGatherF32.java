package dev.gatun.kernels;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Copies the input of a few pixels of a convolution into rows, one for each pixel: the left block
 * of a matrix product. Zeros stand for the positions outside the input.
 *
 * <p>Memory bound, from L2 or L3 to L1. The order of a row is [z tap, y tap, x tap, channel]. A row
 * is cut into depths of at most {@link GemmTilesF32#DEPTH}, and a depth into pieces that lie side
 * by side in the input: all taps of a kernel row when the taps are neighbours, else one tap, or
 * some channels of it.
 */
final class TapGatherF32 {
  private static final int ROW = GemmTilesF32.ROW;

  /**
   * Some neighbouring floats of a row.
   *
   * @param z index of the z tap
   * @param y index of the y tap
   * @param x index of the first x tap
   * @param taps number of neighbouring x taps
   * @param channel first channel
   * @param channels number of channels, all of the group when there are several taps
   * @param at position in the depth it belongs to
   * @param from first pixel of a line that sees no border with it
   * @param to end of these pixels
   */
  private record Piece(
      int z, int y, int x, int taps, int channel, int channels, int at, int from, int to) {
    int length() {
      return taps * channels;
    }
  }

  private final TapGrid grid;
  private final int channels;
  private final Piece[][] depths;
  private final int[] lengths;

  /** A plan for groups of that many channels. */
  TapGatherF32(TapGrid grid, int channels) {
    this.grid = grid;
    this.channels = channels;
    List<List<Piece>> all = cut(grid, channels);
    depths = new Piece[all.size()][];
    lengths = new int[all.size()];
    for (int d = 0; d < depths.length; d++) {
      depths[d] = all.get(d).toArray(new Piece[0]);
      for (Piece piece : depths[d]) {
        lengths[d] += piece.length();
      }
    }
  }

  private static List<List<Piece>> cut(TapGrid grid, int channels) {
    int width = grid.x().offsets().length;
    boolean neighbours = channels == grid.channels();
    for (int k = 1; k < width; k++) {
      neighbours &= grid.x().offsets()[k] == grid.x().offsets()[k - 1] + 1;
    }
    boolean wholeRows = neighbours && (long) width * channels <= GemmTilesF32.DEPTH;
    int taps = wholeRows ? width : 1;
    int parts = Math.ceilDiv(channels, GemmTilesF32.DEPTH);
    long total = (long) grid.taps() * channels;
    long target = Math.ceilDiv(total, Math.max(1, Math.ceilDiv(total, (long) GemmTilesF32.DEPTH)));
    List<List<Piece>> depths = new ArrayList<>();
    List<Piece> depth = new ArrayList<>();
    int at = 0;
    for (int z = 0; z < grid.z().offsets().length; z++) {
      for (int y = 0; y < grid.y().offsets().length; y++) {
        for (int x = 0; x < width; x += taps) {
          for (int p = 0; p < parts; p++) {
            int first = (int) ((long) channels * p / parts);
            int some = (int) ((long) channels * (p + 1) / parts) - first;
            if (at >= target || at + taps * some > GemmTilesF32.DEPTH) {
              depths.add(depth);
              depth = new ArrayList<>();
              at = 0;
            }
            // Divided here, once: a division of longs takes as long as copying a short piece.
            int offset = grid.x().offsets()[x];
            int step = grid.x().step();
            int size = grid.x().size();
            int from = Math.clamp(Math.ceilDiv(-(long) offset, step), 0, size);
            long last = Math.floorDiv((long) grid.x().in() - taps - offset, step);
            int to = Math.clamp(last + 1, from, size);
            depth.add(new Piece(z, y, x, taps, first, some, at, from, to));
            at += taps * some;
          }
        }
      }
    }
    depths.add(depth);
    return depths;
  }

  /** Number of parts a row is cut into. */
  int depths() {
    return depths.length;
  }

  /** Number of floats of a part. */
  int length(int depth) {
    return lengths[depth];
  }

  /**
   * Copies one part of some consecutive pixels.
   *
   * @param src address of the first channel of the group, of the first input position
   * @param firstPixel number of the first pixel
   * @param pixels how many
   * @param depth which part of their rows
   * @param block receives them, {@link GemmTilesF32#ROW} floats apart
   */
  void run(long src, long firstPixel, int pixels, int depth, float[] block) {
    int width = grid.x().size();
    long inputs = (long) grid.batch() * grid.z().in() * grid.y().in() * grid.x().in();
    // Behind the last channel of the group, of the last input position.
    long srcEnd = src + 4 * ((inputs - 1) * grid.channels() + channels);
    int line = (int) (firstPixel / width);
    int x = (int) (firstPixel - (long) line * width);
    int done = 0;
    while (done < pixels) {
      int y = line % grid.y().size();
      int plane = line / grid.y().size();
      int z = plane % grid.z().size();
      long image = plane / grid.z().size();
      int count = Math.min(pixels - done, width - x);
      for (Piece piece : depths[depth]) {
        int inZ = z * grid.z().step() + grid.z().offsets()[piece.z];
        int inY = y * grid.y().step() + grid.y().offsets()[piece.y];
        int at = done * ROW + piece.at;
        boolean inside = inZ >= 0 && inZ < grid.z().in() && inY >= 0 && inY < grid.y().in();
        if (inside) {
          long row = ((image * grid.z().in() + inZ) * grid.y().in() + inY) * grid.x().in();
          line(src + 4 * row * grid.channels(), srcEnd, piece, x, count, block, at);
        } else {
          zero(block, at, count, piece.length());
        }
      }
      done += count;
      x = 0;
      line++;
    }
  }

  /** One piece of neighbouring pixels whose y and z positions lie inside the input. */
  private void line(long src, long srcEnd, Piece piece, int x, int count, float[] block, int at) {
    int step = grid.x().step();
    int offset = grid.x().offsets()[piece.x];
    int end = x + count;
    int from = Math.clamp(piece.from, x, end);
    int to = Math.clamp(piece.to, from, end);
    long pixelBytes = 4L * grid.channels();
    long first = src + 4L * piece.channel;
    for (int p = x; p < from; p++) {
      border(first, piece, p * step + offset, block, at + (p - x) * ROW);
    }
    long start = first + ((long) from * step + offset) * pixelBytes;
    int vectors = Math.ceilDiv(piece.length(), Lanes.F32_LENGTH);
    int whole = vectors * Lanes.F32_LENGTH;
    if (from >= to) {
      // All pixels of this piece see a border.
    } else if (vectors <= GemmEdgesF32.FEW_VECTORS
        && piece.at + whole <= ROW
        && start + (to - 1L - from) * step * pixelBytes + 4L * whole <= srcEnd) {
      // What is copied too much is overwritten by the next piece, or never read.
      GemmEdgesF32.copyVectors(
          start, step * pixelBytes, to - from, vectors, block, at + (from - x) * ROW);
    } else {
      GemmEdgesF32.copyToArray(
          start, step * pixelBytes, to - from, piece.length(), block, at + (from - x) * ROW, ROW);
    }
    for (int p = to; p < end; p++) {
      border(first, piece, p * step + offset, block, at + (p - x) * ROW);
    }
  }

  /** A piece that may stick out of the input on either side. */
  private void border(long src, Piece piece, int position, float[] block, int at) {
    int before = Math.clamp(-(long) position, 0, piece.taps);
    int after = Math.clamp((long) position + piece.taps - grid.x().in(), 0, piece.taps - before);
    int inside = piece.taps - before - after;
    int n = piece.channels;
    Arrays.fill(block, at, at + before * n, 0f);
    if (inside > 0) {
      long from = src + (long) (position + before) * 4 * grid.channels();
      GemmEdgesF32.copyToArray(from, 0, 1, inside * n, block, at + before * n, ROW);
    }
    Arrays.fill(block, at + (before + inside) * n, at + piece.taps * n, 0f);
  }

  private static void zero(float[] block, int at, int pixels, int length) {
    for (int p = 0; p < pixels; p++) {
      Arrays.fill(block, at + p * ROW, at + p * ROW + length, 0f);
    }
  }

  /** Number of floats of a whole row. */
  long rowLength() {
    return (long) grid.taps() * channels;
  }
}
