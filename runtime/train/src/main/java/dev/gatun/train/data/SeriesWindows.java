package dev.gatun.train.data;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;

/**
 * Pieces of a series: {@code x} [past, channels] and what came after it, {@code y} [future,
 * channels].
 */
public final class SeriesWindows {
  /**
   * All windows of a series, from the first on.
   *
   * @param series [time, channels] or [time]
   */
  public static IndexedDataset of(Tensor series, int past, int future) {
    return between(series, past, future, 0, series.shape().size(0));
  }

  /**
   * The windows whose future lies in a part of a series; their past may begin before it. Parts that
   * follow each other have no future in common, so that one can test what the other trained.
   *
   * @param from first step of the part
   * @param to step behind its last
   */
  public static IndexedDataset between(Tensor series, int past, int future, long from, long to) {
    int rank = series.shape().rank();
    if (rank < 1 || rank > 2 || past < 1 || future < 1) {
      throw new DataException(
          "a series is [time] or [time, channels], past and future at least 1, got %s, %d and %d"
              .formatted(series.shape(), past, future));
    }
    long time = series.shape().size(0);
    int channels = rank == 1 ? 1 : Math.toIntExact(series.shape().size(1));
    long first = Math.max(from, past);
    long count = Math.min(to, time) - first - future + 1;
    if (count < 1) {
      throw new DataException(
          "no window of %d + %d steps lies between %d and %d of %d"
              .formatted(past, future, from, to, time));
    }
    float[] values = series.toFloats();
    return Dataset.of(
        count,
        index -> {
          int at = Math.toIntExact(first + index);
          return Sample.of(
              "x", part(values, at - past, at, channels),
              "y", part(values, at, at + future, channels));
        });
  }

  private static Tensor part(float[] values, int from, int to, int channels) {
    float[] part = Arrays.copyOfRange(values, from * channels, to * channels);
    return Tensor.of(part, Shape.of(to - from, channels).sizes());
  }

  private SeriesWindows() {}
}
