package dev.gatun.vision;

import java.util.ArrayList;
import java.util.List;

/**
 * Where tiles begin along one axis of a picture.
 *
 * @param size of the picture
 * @param tile size of a tile
 * @param starts in order; the last tile ends where the picture does or, where that is no multiple,
 *     up to a step behind it
 */
record TileAxis(int size, int tile, List<Integer> starts) {
  TileAxis {
    starts = List.copyOf(starts);
  }

  /** As few tiles as have the overlap and begin at multiples of a number. */
  static TileAxis of(int size, int tile, int overlap, int multiple) {
    int beyond = Math.max(size - tile, 0);
    int last = Math.ceilDiv(beyond, multiple) * multiple;
    int step = (tile - overlap) / multiple * multiple;
    List<Integer> starts = new ArrayList<>();
    for (int at = 0; at < last; at += step) {
      starts.add(at);
    }
    starts.add(last);
    return new TileAxis(size, tile, starts);
  }

  int count() {
    return starts.size();
  }

  int start(int i) {
    return starts.get(i);
  }

  /**
   * The same axis of maps.
   *
   * @param mapTile size of a tile's map
   */
  TileAxis mapped(int mapTile) {
    List<Integer> all = new ArrayList<>();
    for (int start : starts) {
      long place = (long) start * mapTile;
      if (place % tile != 0) {
        throw new VisionException(
            ("a tile of %d gives a map of %d, so the tile at %d has no whole place among maps: let"
                    + " tiles begin at other multiples")
                .formatted(tile, mapTile, start));
      }
      all.add((int) (place / tile));
    }
    return new TileAxis((int) Math.ceilDiv((long) size * mapTile, tile), mapTile, all);
  }

  /** Where the part that belongs to a tile alone begins: half-way into what it shares. */
  int from(int i) {
    return i == 0 ? 0 : Math.min((start(i) + start(i - 1) + tile) / 2, size);
  }

  /** Where that part ends. */
  int to(int i) {
    return Math.min(i + 1 == count() ? start(i) + tile : from(i + 1), size);
  }

  /** How much a place of a tile counts: it rises over what the tile shares with the neighbour. */
  float weight(int i, int place) {
    float weight = 1;
    if (i > 0) {
      weight = Math.min(weight, (place + 0.5f) / (start(i - 1) + tile - start(i)));
    }
    if (i + 1 < count()) {
      weight = Math.min(weight, (tile - place - 0.5f) / (start(i) + tile - start(i + 1)));
    }
    return weight;
  }
}
