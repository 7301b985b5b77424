package dev.gatun.vision.net;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.NonZero;
import dev.gatun.core.op.RoiAlign;
import dev.gatun.core.op.Sort;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Flow;
import java.util.ArrayList;
import java.util.List;

/**
 * What a pyramid sees in regions of a picture (He and others 2017, section 3; Lin and others 2017,
 * equation 1): bins of the level that suits a region's size, each the mean of samples.
 *
 * @param side bins of a region, across and down
 * @param samples of a bin, across and down
 */
public record Regions(int side, int samples) {
  /** A region of so many pixels across and down is seen at the level that is 16 times smaller. */
  private static final double USUAL_SIDE = 224;

  private static final double USUAL_LEVEL = 4;
  private static final double NEARLY = 1e-6;

  /**
   * Features [B R, C, side, side] of regions.
   *
   * @param levels [B, C, h, w], each half of the one before
   * @param finest pixels of the picture from one place of the first level to the next
   * @param boxes [B, R]
   */
  public Flow of(List<Flow> levels, int finest, BoxFlow boxes) {
    Flow rows = boxes.corners().stop().reshape(-1, 4);
    Flow pictures = pictures(boxes.left());
    Flow level = level(BoxFlow.of(rows), Integer.numberOfTrailingZeros(finest), levels.size());
    return levels.get(0).shape().isFixed()
        ? sampled(levels, finest, rows, pictures, level)
        : grouped(levels, finest, rows, pictures, level);
  }

  /** The number of the picture that each of [B, R] regions is in, int64 [B R]. */
  static Flow pictures(Flow like) {
    Flow zero = like.mul(0).cast(DType.I64);
    Flow numbers;
    if (like.size(0) >= 0) {
      long[] all = new long[Math.toIntExact(like.size(0))];
      java.util.Arrays.setAll(all, i -> i);
      numbers = like.constant(Tensor.vector(all));
    } else {
      Flow count = Anchors.size(like, 0);
      numbers =
          count
              .constant(Tensor.scalar(0))
              .op(dev.gatun.core.op.Range.OP, Attrs.NONE, count, count.constant(Tensor.scalar(1)));
    }
    return zero.add(numbers.unsqueeze(1)).reshape(-1);
  }

  /** Numbers of levels [B R], 0 for the finest. */
  private static Flow level(BoxFlow boxes, int finest, int count) {
    Flow side = boxes.width().mul(boxes.height()).max(0).sqrt().div(USUAL_SIDE).max(1e-9);
    Flow level = side.log().div(Math.log(2)).add(USUAL_LEVEL + NEARLY).floor();
    return level.clip(finest, finest + count - 1.0).sub((double) finest).cast(DType.I64);
  }

  /** Each level's regions by themselves. What regions a level has only the data says. */
  private Flow grouped(List<Flow> levels, int finest, Flow rows, Flow pictures, Flow level) {
    List<Flow> order = new ArrayList<>();
    List<Flow> parts = new ArrayList<>();
    for (int i = 0; i < levels.size(); i++) {
      Flow own = level.equal((double) i).op(NonZero.OP).select(0, 0);
      Attrs attrs =
          Attrs.of(
              "outputHeight",
              side,
              "outputWidth",
              side,
              "samplingRatio",
              samples,
              "halfPixel",
              false,
              "spatialScale",
              1.0 / (finest << i));
      order.add(own);
      parts.add(levels.get(i).op(RoiAlign.OP, attrs, rows.gather(0, own), pictures.gather(0, own)));
    }
    Flow at = Flow.concat(0, order);
    List<Value> sorted = at.graph().add(Sort.OP, Attrs.of("axis", 0), List.of(at.value()), 2, "");
    return Flow.concat(0, parts).gather(0, at.with(sorted.get(1)));
  }

  /** All samples of all regions at once, from all levels in one table: has a gradient. */
  private Flow sampled(List<Flow> levels, int finest, Flow rows, Flow pictures, Flow level) {
    long channels = levels.get(0).size(1);
    List<Flow> tables = new ArrayList<>();
    float[] steps = new float[levels.size()];
    float[] heights = new float[levels.size()];
    float[] widths = new float[levels.size()];
    long[] firsts = new long[levels.size()];
    long total = 0;
    for (int i = 0; i < levels.size(); i++) {
      Flow x = levels.get(i);
      tables.add(x.reshape(0, channels, -1).transpose(0, 2, 1));
      steps[i] = finest << i;
      heights[i] = x.size(2);
      widths[i] = x.size(3);
      firsts[i] = total;
      total += x.size(2) * x.size(3);
    }
    Flow table = Flow.concat(1, tables).reshape(-1, channels);
    Flow wide = ofLevel(widths, level);
    Axis down =
        axis(rows, 1, ofLevel(steps, level), ofLevel(heights, level)).unsqueeze(2); // [R, S, 1]
    Axis across = axis(rows, 0, ofLevel(steps, level), wide).unsqueeze(1); // [R, 1, S]
    Flow first =
        level
            .constant(Tensor.vector(firsts))
            .gather(0, level)
            .add(pictures.mul((double) total))
            .unsqueeze(1, 2);
    Flow width = wide.cast(DType.I64).unsqueeze(1, 2);
    Flow sum = null;
    for (Weighed y : down.both()) {
      for (Weighed x : across.both()) {
        Flow place = first.add(y.place().cast(DType.I64).mul(width)).add(x.place().cast(DType.I64));
        Flow part = table.gather(0, place).mul(y.weight().mul(x.weight()).unsqueeze(-1));
        sum = sum == null ? part : sum.add(part);
      }
    }
    return java.util.Objects.requireNonNull(sum)
        .reshape(-1, side, samples, side, samples * channels)
        .mean(2)
        .reshape(-1, side, side, samples, channels)
        .mean(3)
        .transpose(0, 3, 1, 2);
  }

  /** A number for each region that follows from its level. */
  private static Flow ofLevel(float[] numbers, Flow level) {
    return level.constant(Tensor.of(numbers, numbers.length)).gather(0, level);
  }

  /** A place and how much of it there is in a sample. */
  private record Weighed(Flow place, Flow weight) {}

  /** The two places around each sample of an axis, [R, S]. */
  private record Axis(Flow low, Flow high, Flow far) {
    Axis unsqueeze(long axis) {
      return new Axis(low.unsqueeze(axis), high.unsqueeze(axis), far.unsqueeze(axis));
    }

    List<Weighed> both() {
      return List.of(new Weighed(low, far.subFrom(1)), new Weighed(high, far));
    }
  }

  /** Samples of regions that are at least one place wide; none is outside. */
  private Axis axis(Flow rows, int from, Flow step, Flow size) {
    Flow begin = rows.select(1, from).div(step);
    Flow length = rows.select(1, from + 2L).div(step).sub(begin).max(1);
    int count = side * samples;
    float[] parts = new float[count];
    for (int i = 0; i < count; i++) {
      parts[i] = (i + 0.5f) / count;
    }
    Flow at =
        begin.unsqueeze(1).add(length.unsqueeze(1).mul(rows.constant(Tensor.of(parts, count))));
    Flow last = size.sub(1).unsqueeze(1);
    Flow clipped = at.max(0).min(last);
    Flow low = clipped.floor();
    return new Axis(low, low.add(1).min(last), clipped.sub(low));
  }
}
