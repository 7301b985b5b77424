package dev.gatun.models.detr;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.part.Masks;
import dev.gatun.train.net.Flow;

/**
 * Sines and cosines of row and column, whose largest is a full turn whatever the picture's size;
 * half of the width is for rows, half for columns.
 */
final class SinePositions {
  private static final double TEMPERATURE = 10000;

  /** Positions [1, H W, C] of a picture [B, C', H, W]. */
  static Flow of(Flow picture, long width) {
    Flow rows = waves(picture, 2, width / 2);
    Flow columns = waves(picture, 3, width / 2);
    Flow y = rows.unsqueeze(1).add(columns.unsqueeze(0).mul(0));
    Flow x = columns.unsqueeze(0).add(rows.unsqueeze(1).mul(0));
    return Flow.concat(2, y, x).reshape(1, -1, width / 2 * 2);
  }

  /** [size, count] along an axis: sine and cosine of each frequency in turn. */
  private static Flow waves(Flow picture, int axis, long count) {
    Flow at = Masks.positions(picture, axis).cast(DType.F32).add(1);
    Flow turned = at.div(at.largest().add(1e-6)).mul(2 * Math.PI);
    float[] frequencies = new float[Math.toIntExact(count / 2)];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = (float) Math.pow(TEMPERATURE, -2.0 * i / count);
    }
    Flow angles =
        turned.unsqueeze(1).mul(picture.constant(Tensor.of(frequencies, frequencies.length)));
    return Flow.concat(2, angles.sin().unsqueeze(2), angles.cos().unsqueeze(2)).reshape(-1, count);
  }

  private SinePositions() {}
}
