package dev.gatun.models.vision;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.op.Pad;
import dev.gatun.core.op.Roll;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.part.Pieces;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Initializers;
import dev.gatun.train.net.Layers;
import java.util.List;

/**
 * Swin transformers (Liu and others 2021): attention within windows, every other time shifted by
 * half a window, on four levels.
 *
 * @param width of the first level; each is twice as wide as the one before
 * @param depths blocks of each level, an even number
 * @param heads of attention of each level
 * @param window side of a window
 * @param drop rate at which the last block is left out in training
 */
record Swin(long width, List<Integer> depths, List<Integer> heads, int window, double drop) {
  private static final double EPSILON = 1e-5;
  private static final int SQUARE = 4;

  /** What cannot be seen from elsewhere in a window. */
  private static final float HIDDEN = -100;

  Flow classified(Flow pixels, long classes) {
    Flow x = Convs.conv(pixels, "features.0.0", width, SQUARE, o -> o.stride(SQUARE));
    x = Pieces.norm(x.transpose(0, 2, 3, 1), "features.0.2", EPSILON); // [B, H, W, C]
    int all = depths.stream().mapToInt(Integer::intValue).sum();
    int done = 0;
    for (int level = 0; level < depths.size(); level++) {
      if (level > 0) {
        x = x.named("features." + 2 * level).then(Swin::merge);
      }
      for (int i = 0; i < depths.get(level); i++) {
        double rate = drop * done++ / Math.max(all - 1, 1);
        int count = heads.get(level);
        boolean shifted = i % 2 == 1;
        x =
            x.named("features." + (2 * level + 1) + "." + i)
                .then(y -> block(y, count, shifted, rate));
      }
    }
    return Convs.dense(Pieces.norm(x, "norm", EPSILON).mean(1, 2), "head", classes);
  }

  /** Four neighbours become one of twice the width. */
  private static Flow merge(Flow x) {
    long height = x.size(1);
    long wide = x.size(2);
    long channels = x.size(3);
    Flow even = padded(x, height % 2, wide % 2);
    Flow four =
        even.reshape(0, (height + 1) / 2, 2, (wide + 1) / 2, 2, channels)
            .transpose(0, 1, 3, 4, 2, 5)
            .reshape(0, (height + 1) / 2, (wide + 1) / 2, 4 * channels);
    return Pieces.linear(Pieces.norm(four, "norm", EPSILON), "reduction", 2 * channels, false);
  }

  /** More rows and columns of zeros at the end. */
  private static Flow padded(Flow x, long down, long right) {
    if (down == 0 && right == 0) {
      return x;
    }
    return x.op(Pad.OP, x.constant(Tensor.vector(0, 0, 0, 0, 0, down, right, 0)));
  }

  /** Attention and two dense layers, each added to what it sees. */
  Flow block(Flow x, int count, boolean shifted, double rate) {
    Flow y =
        Pieces.norm(x, "norm1", EPSILON)
            .named("attn")
            .then(z -> attention(z, count, shifted))
            .then(Layers.stochasticDepth(rate));
    Flow seen = x.add(y);
    long channels = x.size(3);
    Flow z = Pieces.linear(Pieces.norm(seen, "norm2", EPSILON), "mlp.0", 4 * channels).gelu();
    return seen.add(Pieces.linear(z, "mlp.3", channels).then(Layers.stochasticDepth(rate)));
  }

  private Flow attention(Flow x, int count, boolean shifted) {
    int height = (int) x.size(1);
    int wide = (int) x.size(2);
    long channels = x.size(3);
    int rows = (height + window - 1) / window;
    int columns = (wide + window - 1) / window;
    // A window as large as the picture sees everything as it is.
    int down = shifted && rows > 1 ? window / 2 : 0;
    int right = shifted && columns > 1 ? window / 2 : 0;
    long area = (long) window * window;
    Flow y = padded(x, (long) rows * window - height, (long) columns * window - wide);
    y = rolled(y, -down, -right);
    y =
        y.reshape(0, rows, window, columns, window, channels)
            .transpose(0, 1, 3, 2, 4, 5)
            .reshape(0, (long) rows * columns, area, channels);
    Flow qkv =
        Pieces.linear(y, "qkv", 3 * channels)
            .reshape(0, 0, area, 3, count, channels / count)
            .transpose(3, 0, 1, 4, 2, 5);
    Flow q = qkv.select(0, 0).mul(Math.sqrt(count / (double) channels));
    Flow logits = q.matmulTransposed(qkv.select(0, 1)).add(bias(x, count));
    if (down > 0 || right > 0) {
      logits = logits.add(x.constant(mask(rows, columns, down, right)));
    }
    Flow z =
        logits
            .softmax(-1)
            .matmul(qkv.select(0, 2))
            .transpose(0, 1, 3, 2, 4)
            .reshape(0, (long) rows * columns, area, channels);
    z =
        Pieces.linear(z, "proj", channels)
            .reshape(0, rows, columns, window, window, channels)
            .transpose(0, 1, 3, 2, 4, 5)
            .reshape(0, (long) rows * window, (long) columns * window, channels);
    return rolled(z, down, right).slice(1, 0, height).slice(2, 0, wide);
  }

  private static Flow rolled(Flow x, long down, long right) {
    if (down == 0 && right == 0) {
      return x;
    }
    Attrs attrs = Attrs.of("shifts", new long[] {down, right}, "axes", new long[] {1, 2});
    return x.op(Roll.OP, attrs);
  }

  /** What distances within a window add, [heads, area, area]. */
  private Flow bias(Flow x, int count) {
    int side = 2 * window - 1;
    Flow table =
        x.parameter(
            "relative_position_bias_table",
            Shape.of((long) side * side, count),
            Initializers.truncatedNormal(0, 0.02));
    int area = window * window;
    long[] ids = new long[area * area];
    for (int i = 0; i < area; i++) {
      for (int j = 0; j < area; j++) {
        int down = i / window - j / window + window - 1;
        int right = i % window - j % window + window - 1;
        ids[i * area + j] = (long) down * side + right;
      }
    }
    return table
        .gather(0, x.constant(Tensor.of(ids, ids.length)))
        .reshape(area, area, count)
        .transpose(2, 0, 1);
  }

  /** Shifted windows hold pieces that do not touch, [windows, 1, area, area]. */
  private Tensor mask(int rows, int columns, int down, int right) {
    int area = window * window;
    float[] mask = new float[rows * columns * area * area];
    int[] piece = new int[area];
    for (int w = 0; w < rows * columns; w++) {
      for (int i = 0; i < area; i++) {
        int y = w / columns * window + i / window;
        int x = w % columns * window + i % window;
        piece[i] = 3 * piece(y, rows * window, down) + piece(x, columns * window, right);
      }
      for (int i = 0; i < area; i++) {
        for (int j = 0; j < area; j++) {
          mask[(w * area + i) * area + j] = piece[i] == piece[j] ? 0 : HIDDEN;
        }
      }
    }
    return Tensor.of(mask, (long) rows * columns, 1, area, area);
  }

  private int piece(int at, int size, int shift) {
    return at < size - window ? 0 : at < size - shift ? 1 : 2;
  }
}
