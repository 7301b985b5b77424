package dev.gatun.kernels;

import java.util.Arrays;

/**
 * Attention without a score matrix in memory: out = softmax(cap(scale * q k') + mask) v for q
 * [batch, heads, queries, depth], k [batch, keyHeads, keys, depth] and v [batch, keyHeads, keys,
 * valueDepth].
 *
 * <p>Every axis but the last has its own stride, so projections [batch, row, head, depth] need no
 * transposition. Query heads that share a key head are taken as more rows of one matrix. A task is
 * a block of {@link #ROWS} such rows: it walks the keys in tiles of {@link #KEYS}, packs a tile
 * (keys transposed, values in panels), multiplies, and keeps a running maximum, sum and result for
 * each row (online softmax, Milakov and Gimelshein 2018; Dao et al. 2022). Compute bound. Few rows,
 * as in decoding, skip the packing and go through the keys row by row: memory bound.
 *
 * <p>A row that sees no key gives zeros. NaN and infinite scores as in softmax. Values of keys that
 * only the mask or causality hides are read and must be finite; keys from lengths[b] on are never
 * read.
 */
public final class AttentionF32 {
  /** Rows of queries in a task. */
  static final int ROWS = 64;

  /** Keys in a tile. */
  static final int KEYS = 128;

  /** Up to so many rows do not pay for the packing of a tile. */
  private static final int FEW_ROWS = 5;

  /** Sizes; heads is a multiple of keyHeads. */
  public record Sizes(
      int batch, int heads, int keyHeads, int queries, int keys, int depth, int valueDepth) {}

  /** Distances in bytes between batches, heads and rows; the last axis is contiguous. */
  public record Strides(long batch, long head, long row) {}

  /**
   * Distances in bytes in an additive mask [batch, heads, queries, keys]; 0 broadcasts. Keys are
   * contiguous (4) or broadcast (0).
   */
  public record MaskStrides(long batch, long head, long query, long key) {
    public static final MaskStrides NONE = new MaskStrides(0, 0, 0, 0);

    public MaskStrides {
      if (key != 0 && key != 4) {
        throw new IllegalArgumentException(
            "attention: the mask's keys must be 4 bytes apart or broadcast (0), got "
                + key
                + "; copy the mask first");
      }
    }
  }

  private final Sizes size;
  private final Strides q;
  private final Strides k;
  private final Strides v;
  private final Strides out;
  private final MaskStrides mask;
  private final float scale;
  private final float softcap;
  private final boolean causal;
  private final int causalOffset;

  private final int rows;
  private final int blocks;
  private final int width;

  /**
   * A plan for these sizes and strides.
   *
   * @param softcap scores become softcap * tanh(score / softcap); 0 for none
   * @param causal query i sees keys up to i + causalOffset, or i + lengths[b] - queries where
   *     lengths are given
   */
  public AttentionF32(
      Sizes size,
      Strides q,
      Strides k,
      Strides v,
      Strides out,
      MaskStrides mask,
      float scale,
      float softcap,
      boolean causal,
      int causalOffset) {
    if (size.keyHeads() > 0 && size.heads() % size.keyHeads() != 0) {
      throw new IllegalArgumentException(
          "attention: "
              + size.heads()
              + " query heads cannot share "
              + size.keyHeads()
              + " key heads; heads must be a multiple");
    }
    this.size = size;
    this.q = q;
    this.k = k;
    this.v = v;
    this.out = out;
    this.mask = mask;
    this.scale = scale;
    this.softcap = softcap;
    this.causal = causal;
    this.causalOffset = causalOffset;
    this.rows = size.keyHeads() == 0 ? 0 : size.heads() / size.keyHeads() * size.queries();
    this.blocks = (rows + ROWS - 1) / ROWS;
    int columns = AttentionTileF32.COLUMNS;
    this.width = (size.valueDepth() + columns - 1) / columns * columns;
  }

  /** Independent pieces of work; each writes its own rows of the result. */
  public int tasks() {
    return size.batch() * size.keyHeads() * blocks;
  }

  /** Multiplications and additions of the two products, causality not counted. */
  public double flops() {
    return 2.0
        * size.batch()
        * size.heads()
        * size.queries()
        * size.keys()
        * (size.depth() + size.valueDepth());
  }

  /**
   * Tasks [first, last).
   *
   * @param maskAt address of the mask, or 0
   * @param lengths address of batch 64-bit numbers of keys in use, or 0
   */
  public void run(
      long qAt, long kAt, long vAt, long maskAt, long lengths, long outAt, int first, int last) {
    AttentionScratchF32 scratch = AttentionScratchF32.get(size.depth(), width);
    for (int task = first; task < last; task++) {
      int block = task % blocks;
      int keyHead = task / blocks % size.keyHeads();
      int b = task / blocks / size.keyHeads();
      int firstRow = block * ROWS;
      int count = Math.min(ROWS, rows - firstRow);
      int keys = size.keys();
      int offset = causalOffset;
      if (lengths != 0) {
        long length = Memory.ALL.get(Memory.I64, lengths + 8L * b);
        keys = (int) Math.max(0, Math.min(keys, length));
        offset = (int) (length - size.queries());
      }
      block(
          scratch,
          qAt + b * q.batch(),
          kAt + b * k.batch() + keyHead * k.head(),
          vAt + b * v.batch() + keyHead * v.head(),
          maskAt == 0 ? 0 : maskAt + b * mask.batch(),
          outAt + b * out.batch(),
          keyHead * (size.heads() / size.keyHeads()),
          firstRow,
          count,
          keys,
          offset);
    }
  }

  private void block(
      AttentionScratchF32 s,
      long qAt,
      long kAt,
      long vAt,
      long maskAt,
      long outAt,
      int firstHead,
      int firstRow,
      int count,
      int keys,
      int offset) {
    int depth = size.depth();
    int tile = AttentionTileF32.ROWS;
    int padded = (count + tile - 1) / tile * tile;
    boolean few = count <= FEW_ROWS;
    Arrays.fill(s.results, 0, padded * width, 0f);
    Arrays.fill(s.max, 0, padded, Float.NEGATIVE_INFINITY);
    Arrays.fill(s.sum, 0, padded, 0f);
    Arrays.fill(s.factor, 0, padded, 0f);
    int visible = keys;
    if (causal) {
      visible = 0;
      for (int r = 0; r < count; r++) {
        visible = Math.max(visible, limit(firstRow + r, keys, offset));
      }
    }
    if (!few) {
      for (int r = 0; r < count; r++) {
        long row = address(qAt, q, firstHead, firstRow + r);
        AttentionRowF32.load(row, s.queries, r * depth, depth, scale);
      }
      Arrays.fill(s.queries, count * depth, padded * depth, 0f);
    }
    for (int key = 0; key < visible; key += KEYS) {
      int n = Math.min(KEYS, visible - key);
      long keysAt = kAt + key * k.row();
      long valuesAt = vAt + key * v.row();
      if (few) {
        fewRows(s, qAt, keysAt, valuesAt, maskAt, firstHead, firstRow, count, key, n, keys, offset);
      } else {
        packKeys(keysAt, s.keys, n, depth);
        scores(s, padded, n, depth);
        for (int r = 0; r < count; r++) {
          softmax(s, r, maskAt, firstHead, firstRow + r, key, n, keys, offset);
        }
        packValues(valuesAt, s.values, n);
        values(s, padded, n);
      }
    }
    for (int r = 0; r < count; r++) {
      float sum = s.sum[r];
      AttentionRowF32.write(
          s.results,
          r * width,
          address(outAt, out, firstHead, firstRow + r),
          size.valueDepth(),
          sum == 0f ? 0f : 1f / sum);
    }
  }

  /** How many keys a row sees. */
  private int limit(int row, int keys, int offset) {
    return causal ? Math.max(0, Math.min(keys, row % size.queries() + offset + 1)) : keys;
  }

  private long address(long base, Strides strides, int firstHead, int row) {
    return base
        + (firstHead + row / size.queries()) * strides.head()
        + row % size.queries() * strides.row();
  }

  private void fewRows(
      AttentionScratchF32 s,
      long qAt,
      long keysAt,
      long valuesAt,
      long maskAt,
      int firstHead,
      int firstRow,
      int count,
      int key,
      int n,
      int keys,
      int offset) {
    for (int r = 0; r < count; r++) {
      long row = address(qAt, q, firstHead, firstRow + r);
      int at = r * KEYS;
      AttentionRowF32.dots(row, keysAt, k.row(), n, size.depth(), scale, s.scores, at);
      softmax(s, r, maskAt, firstHead, firstRow + r, key, n, keys, offset);
      AttentionRowF32.addValues(
          s.scores, at, n, valuesAt, v.row(), s.results, r * width, size.valueDepth(), s.factor[r]);
    }
  }

  /** Scores of a row become weights; its maximum, sum and factor follow. */
  private void softmax(
      AttentionScratchF32 s,
      int r,
      long maskAt,
      int firstHead,
      int row,
      int key,
      int n,
      int keys,
      int offset) {
    int at = r * KEYS;
    int seen = Math.min(n, limit(row, keys, offset) - key);
    float[] p = s.scores;
    if (seen > 0) {
      if (softcap > 0) {
        AttentionRowF32.cap(p, at, seen, softcap);
      }
      if (maskAt != 0) {
        long maskRow =
            maskAt
                + (firstHead + row / size.queries()) * mask.head()
                + row % size.queries() * mask.query()
                + key * mask.key();
        if (mask.key() == 0) {
          AttentionRowF32.addConstant(p, at, seen, Memory.ALL.get(Memory.F32, maskRow));
        } else {
          AttentionRowF32.addMask(p, at, seen, maskRow);
        }
      }
    }
    float old = s.max[r];
    float max = seen > 0 ? Math.max(old, AttentionRowF32.max(p, at, seen)) : old;
    if (max == Float.NEGATIVE_INFINITY || seen <= 0) {
      Arrays.fill(p, at, at + n, 0f);
      s.factor[r] = 1f;
      return;
    }
    float factor = ScalarMath.expNonPositive(old - max);
    s.sum[r] = s.sum[r] * factor + AttentionRowF32.exponentials(p, at, seen, max);
    s.max[r] = max;
    s.factor[r] = factor;
    Arrays.fill(p, at + seen, at + n, 0f);
  }

  private void packKeys(long from, long to, int n, int depth) {
    int columns = AttentionTileF32.COLUMNS;
    for (int c = 0; c < n; c += columns) {
      int count = Math.min(columns, n - c);
      long panel = to + 4L * c * depth;
      int tile = TransposeTiles.tile(count, depth);
      if (tile > 0) {
        TransposeTiles.run(from + c * k.row(), k.row(), panel, 4L * columns, count, depth, tile);
      } else {
        transpose(from + c * k.row(), k.row(), panel, 4L * columns, count, depth);
      }
    }
  }

  private static void transpose(
      long src, long srcRowBytes, long dst, long dstRowBytes, int rows, int columns) {
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        float x = Memory.ALL.get(Memory.F32, src + r * srcRowBytes + 4L * c);
        Memory.ALL.set(Memory.F32, dst + c * dstRowBytes + 4L * r, x);
      }
    }
  }

  private void packValues(long from, long to, int n) {
    int columns = AttentionTileF32.COLUMNS;
    for (int c = 0; c < size.valueDepth(); c += columns) {
      int count = Math.min(columns, size.valueDepth() - c);
      long panel = to + 4L * c * KEYS;
      if (count == columns) {
        AttentionRowF32.pack(from + 4L * c, v.row(), panel, n);
      } else {
        AttentionRowF32.packRagged(from + 4L * c, v.row(), panel, n, count);
      }
    }
  }

  private static void scores(AttentionScratchF32 s, int rows, int n, int depth) {
    for (int c = 0; c < n; c += AttentionTileF32.COLUMNS) {
      AttentionTileF32.store(
          s.queries, depth, s.keys + 4L * c * depth, rows, depth, s.scores, c, KEYS);
    }
  }

  private void values(AttentionScratchF32 s, int rows, int n) {
    for (int c = 0; c < width; c += AttentionTileF32.COLUMNS) {
      AttentionTileF32.add(
          s.scores, KEYS, s.values + 4L * c * KEYS, rows, n, s.results, c, width, s.factor);
    }
  }
}
