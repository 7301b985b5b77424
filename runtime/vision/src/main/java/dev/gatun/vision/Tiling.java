package dev.gatun.vision;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.function.UnaryOperator;

/**
 * Runs a network over a picture of any size in tiles that overlap, and puts the maps together.
 *
 * <p>With {@link Seam#CUT} the result is what the network says of the whole picture wherever half
 * of the overlap covers how far the network sees to each side, also at the picture's edges, which
 * are edges of tiles. Networks that make pictures smaller inside see the same only if tiles begin
 * at multiples of how much smaller: {@link #multiple}. What looks at everything at once (norms of a
 * single picture, attention, global pools) sees a tile instead of the picture.
 *
 * <p>A picture that does not hold whole tiles is continued to the right and below with its last
 * pixels, which are cut off the result.
 *
 * @param height of a tile
 * @param width of a tile
 * @param overlap how many pixels neighbours share at least
 * @param multiple tiles begin at multiples of this
 * @param batch how many tiles the network is given at once
 * @param seam how maps are put together
 */
public record Tiling(int height, int width, int overlap, int multiple, int batch, Seam seam) {
  /** How maps are put together where they overlap. */
  public enum Seam {
    /** Each pixel comes from the tile whose inner edges are farther away. */
    CUT,
    /** The mean of both, in which a tile counts less towards its inner edges. */
    BLEND
  }

  public Tiling {
    if (height < 1 || width < 1 || multiple < 1 || batch < 1 || overlap < 0) {
      throw new VisionException(
          "tiles of %d x %d, an overlap of %d, multiples of %d, %d at once: must be positive"
              .formatted(height, width, overlap, multiple, batch));
    }
    if (Math.min(height, width) - overlap < multiple) {
      throw new VisionException(
          ("tiles of %d x %d that share %d pixels cannot go on by a multiple of %d: take larger"
                  + " tiles or less overlap")
              .formatted(height, width, overlap, multiple));
    }
  }

  /** Square tiles that begin anywhere, one at once, cut where they meet. */
  public static Tiling of(int side, int overlap) {
    return new Tiling(side, side, overlap, 1, 1, Seam.CUT);
  }

  /** Tiles that begin at multiples of a number, such as 16 for a U-Net of four levels. */
  public Tiling multiple(int number) {
    return new Tiling(height, width, overlap, number, batch, seam);
  }

  /** Another number of tiles at once; the last ones may be fewer. */
  public Tiling batch(int tiles) {
    return new Tiling(height, width, overlap, multiple, tiles, seam);
  }

  /** Blended instead of cut, for networks that see farther than the overlap. */
  public Tiling blended() {
    return new Tiling(height, width, overlap, multiple, batch, Seam.BLEND);
  }

  /**
   * The map of a picture.
   *
   * @param picture float32 [C, H, W]
   * @param network tiles [N, C, height, width] to float32 maps [N, K, h, w], whose sizes may differ
   *     from those of tiles: 4 times as large from a network that enlarges
   * @return [K, H h / height, W w / width], sizes rounded up
   */
  public Tensor apply(Tensor picture, UnaryOperator<Tensor> network) {
    Picture p = Picture.of(picture);
    if (p.dtype() != DType.F32) {
      throw new VisionException("tiles are cut from what a network sees, float32, not " + picture);
    }
    TileAxis down = TileAxis.of(p.height(), height, overlap, multiple);
    TileAxis across = TileAxis.of(p.width(), width, overlap, multiple);
    JoinedTiles joined = new JoinedTiles(down, across, seam);
    int count = down.count() * across.count();
    int size = p.channels() * height * width;
    for (int first = 0; first < count; first += batch) {
      int rows = Math.min(batch, count - first);
      float[] x = new float[rows * size];
      for (int i = 0; i < rows; i++) {
        int top = down.start((first + i) / across.count());
        cut(p, top, across.start((first + i) % across.count()), x, i * size);
      }
      Shape shape = Shape.of(rows, p.channels(), height, width);
      joined.add(
          first, rows, network.apply(Tensor.wrap(DType.F32, shape, MemorySegment.ofArray(x))));
    }
    return joined.map();
  }

  private void cut(Picture p, int top, int left, float[] to, int at) {
    int inside = Math.clamp(p.width() - left, 0, width);
    for (int c = 0; c < p.channels(); c++) {
      for (int row = 0; row < height; row++) {
        int line = c * p.area() + Math.min(top + row, p.height() - 1) * p.width();
        int dst = at + (c * height + row) * width;
        System.arraycopy(p.values(), line + left, to, dst, inside);
        java.util.Arrays.fill(to, dst + inside, dst + width, p.values()[line + p.width() - 1]);
      }
    }
  }
}
