package dev.gatun.vision;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/** A map [K, H, W] that is put together from maps of tiles, row of tiles after row of tiles. */
final class JoinedTiles {
  private final TileAxis pictureDown;
  private final TileAxis pictureAcross;
  private final Tiling.Seam seam;
  private TileAxis down;
  private TileAxis across;
  private int channels;
  private float[] sums = new float[0];
  private float[] weights = new float[0];

  JoinedTiles(TileAxis down, TileAxis across, Tiling.Seam seam) {
    pictureDown = down;
    pictureAcross = across;
    this.down = down;
    this.across = across;
    this.seam = seam;
  }

  /**
   * Adds maps of tiles.
   *
   * @param first number of the first tile
   * @param maps [rows, K, h, w]
   */
  void add(int first, int rows, Tensor maps) {
    Shape shape = maps.shape();
    if (maps.dtype() != DType.F32 || shape.rank() != 4 || shape.size(0) != rows) {
      throw new VisionException(
          "for %d tiles the network must give float32 [%d, K, h, w], not %s"
              .formatted(rows, rows, maps.type()));
    }
    if (channels == 0) {
      begin(shape);
    } else if (shape.size(1) != channels
        || shape.size(2) != down.tile()
        || shape.size(3) != across.tile()) {
      throw new VisionException(
          "maps of tiles differ: [%d, %d, %d], then %s"
              .formatted(channels, down.tile(), across.tile(), shape));
    }
    float[] values = maps.toFloats();
    int size = channels * down.tile() * across.tile();
    for (int i = 0; i < rows; i++) {
      int row = (first + i) / across.count();
      int column = (first + i) % across.count();
      for (int c = 0; c < channels; c++) {
        if (seam == Tiling.Seam.CUT) {
          copy(values, i * size + c * down.tile() * across.tile(), c, row, column);
        } else {
          blend(values, i * size + c * down.tile() * across.tile(), c, row, column);
        }
      }
    }
  }

  private void begin(Shape shape) {
    channels = Math.toIntExact(shape.size(1));
    down = pictureDown.mapped(Math.toIntExact(shape.size(2)));
    across = pictureAcross.mapped(Math.toIntExact(shape.size(3)));
    long elements = (long) channels * down.size() * across.size();
    if (elements > Integer.MAX_VALUE - 16) {
      throw new VisionException(
          "a map [%d, %d, %d] is too large for one tensor: take parts of the picture"
              .formatted(channels, down.size(), across.size()));
    }
    sums = new float[(int) elements];
    weights = new float[seam == Tiling.Seam.CUT ? 0 : down.size() * across.size()];
  }

  private void copy(float[] src, int plane, int c, int row, int column) {
    int from = across.from(column);
    int length = across.to(column) - from;
    for (int y = down.from(row); y < down.to(row); y++) {
      int line = plane + (y - down.start(row)) * across.tile() - across.start(column);
      System.arraycopy(
          src, line + from, sums, (c * down.size() + y) * across.size() + from, length);
    }
  }

  private void blend(float[] src, int plane, int c, int row, int column) {
    int left = across.start(column);
    int right = Math.min(left + across.tile(), across.size());
    int bottom = Math.min(down.start(row) + down.tile(), down.size());
    for (int y = down.start(row); y < bottom; y++) {
      float vertical = down.weight(row, y - down.start(row));
      for (int x = left; x < right; x++) {
        float weight = vertical * across.weight(column, x - left);
        float value = src[plane + (y - down.start(row)) * across.tile() + x - left];
        sums[(c * down.size() + y) * across.size() + x] += weight * value;
        if (c == 0) {
          weights[y * across.size() + x] += weight;
        }
      }
    }
  }

  Tensor map() {
    int area = down.size() * across.size();
    for (int i = 0; i < sums.length && weights.length > 0; i++) {
      sums[i] /= weights[i % area];
    }
    Shape shape = Shape.of(channels, down.size(), across.size());
    return Tensor.wrap(DType.F32, shape, MemorySegment.ofArray(sums));
  }
}
