package dev.gatun.kernels;

import java.util.Arrays;

/**
 * One task of attention: rows of queries of one key head against all of its keys.
 *
 * <p>It walks the keys in tiles that fit into half of L2 and packs each once (keys transposed,
 * values in panels). Blocks of {@link #BLOCK} rows pass by: the first product goes to memory, the
 * softmax carries it into an array, whence the second product takes it; both are the tiles of the
 * matrix product. Beyond one tile of keys a running maximum, sum and result are kept for each row
 * (online softmax, Milakov and Gimelshein 2018; Dao et al. 2022). Compute bound. Few rows, as in
 * decoding, skip the packing and go through the keys row by row: memory bound.
 *
 * <p>One for every thread, used again and again.
 */
final class AttentionTaskF32 {
  /** Rows that are multiplied with a tile of keys at a time: whole tiles of rows, whole fours. */
  static final int BLOCK = 48;

  /** Most keys in a tile, whole panels. */
  static final int KEYS = 512;

  /** Distance between rows of scores, in floats: not a power of two. */
  static final int SCORE_ROW = KEYS + 16;

  /** Up to so many rows do not pay for the packing of a tile. */
  private static final int FEW_ROWS = 5;

  /** Packed keys and values of a tile may take this much. */
  private static final long PACKED_BYTES = Cpu.get().l2Bytes() / 2;

  private static final ThreadLocal<AttentionTaskF32> CURRENT =
      ThreadLocal.withInitial(AttentionTaskF32::new);

  private static final int L = Lanes.F32_LENGTH;
  private static final int COLUMNS = PackedWeightsF32.COLUMNS;
  private static final int HEIGHT = GemmTilesF32.HEIGHT;
  private static final int ROW = GemmTilesF32.ROW;
  private static final int DEPTH = GemmTilesF32.DEPTH;
  private static final long SCORE_BYTES = 4L * SCORE_ROW;

  private final AttentionScratchF32 s = new AttentionScratchF32();

  // The rows of the task, counted over all query heads of the key head.
  private int firstHead;
  private int firstRow;
  private int count;
  private int tiles;
  private int blocks;
  private int depth;
  private int width;

  // The tile of keys at work: the first and how many.
  private int key;
  private int n;

  private AttentionTaskF32() {}

  /** The calling thread's. */
  static AttentionTaskF32 get() {
    return CURRENT.get();
  }

  /**
   * Runs a task.
   *
   * @param qAt address of the batch's queries
   * @param kAt address of the key head's keys
   * @param vAt address of the key head's values
   * @param maskAt address of the batch's mask, or 0
   * @param outAt address of the batch's results
   * @param head first query head of the key head
   * @param row first row
   * @param rows number of rows
   * @param keys number of keys in use
   * @param offset how many more keys than its own number a query sees, if causal
   */
  void run(
      AttentionF32 plan,
      long qAt,
      long kAt,
      long vAt,
      long maskAt,
      long outAt,
      int head,
      int row,
      int rows,
      int keys,
      int offset) {
    firstHead = head;
    firstRow = row;
    count = rows;
    tiles = Math.ceilDiv(rows, HEIGHT);
    blocks = Math.ceilDiv(tiles, BLOCK / HEIGHT);
    depth = plan.size.depth();
    width = Math.ceilDiv(plan.size.valueDepth(), COLUMNS) * COLUMNS;
    s.grow(depth, width, rows, blocks * BLOCK);
    Arrays.fill(s.max, 0, blocks * BLOCK, Float.NEGATIVE_INFINITY);
    Arrays.fill(s.sum, 0, blocks * BLOCK, 0f);
    int visible = limits(plan, keys, offset);
    boolean few = rows <= FEW_ROWS;
    int step = few ? KEYS : step(visible);
    if (few) {
      AttentionRowsF32.clear(s.results, rows * width);
    }
    for (key = 0; key < visible; key += step) {
      n = Math.min(step, visible - key);
      long keysAt = kAt + key * plan.k.row();
      long valuesAt = vAt + key * plan.v.row();
      if (few) {
        fewRows(plan, qAt, keysAt, valuesAt, maskAt);
        continue;
      }
      AttentionPackF32.keys(keysAt, plan.k.row(), n, depth, s.keys);
      AttentionPackF32.values(valuesAt, plan.v.row(), n, plan.size.valueDepth(), s.values);
      for (int b = 0; b < blocks; b++) {
        block(plan, b, qAt, maskAt);
      }
    }
    write(plan, outAt);
  }

  /** Notes how many keys each row and tile of rows sees; returns the most. */
  private int limits(AttentionF32 plan, int keys, int offset) {
    if (!plan.causal) {
      Arrays.fill(s.limits, 0, count, keys);
      Arrays.fill(s.tileLimits, 0, tiles, keys);
      return keys;
    }
    int query = firstRow % plan.size.queries();
    int most = 0;
    for (int t = 0; t < tiles; t++) {
      int ofTile = 0;
      int end = tile(t + 1);
      for (int r = tile(t); r < end; r++) {
        int limit = (int) Math.max(0, Math.min(keys, query + offset + 1L));
        query = query + 1 == plan.size.queries() ? 0 : query + 1;
        s.limits[r] = limit;
        ofTile = Math.max(ofTile, limit);
      }
      s.tileLimits[t] = ofTile;
      most = Math.max(most, ofTile);
    }
    return most;
  }

  /** First row of a tile of rows. */
  private int tile(int t) {
    return Parts.begin(count, tiles, t);
  }

  /** First tile of a block. */
  private int block(int b) {
    return Parts.begin(tiles, blocks, b);
  }

  /** Keys in a tile: as even as possible, whole panels, as many as fit. */
  private int step(int visible) {
    long fitting = PACKED_BYTES / (4L * (depth + width)) / COLUMNS * COLUMNS;
    int most = (int) Math.max(COLUMNS, Math.min(KEYS, fitting));
    int parts = Math.max(1, Math.ceilDiv(visible, most));
    return Math.max(1, Math.ceilDiv(Math.ceilDiv(visible, parts), COLUMNS)) * COLUMNS;
  }

  private void block(AttentionF32 plan, int b, long qAt, long maskAt) {
    int first = block(b);
    int last = block(b + 1);
    int row = tile(first);
    int end = tile(last);
    int seen = 0;
    for (int t = first; t < last; t++) {
      seen = Math.max(seen, Math.min(n, s.tileLimits[t] - key));
    }
    if (seen <= 0) {
      if (key == 0) {
        AttentionRowsF32.clear(s.results + 4L * row * width, (end - row) * width);
      }
      return;
    }
    loadQueries(plan, qAt, row, end);
    for (int c = 0; c < seen; c += COLUMNS) {
      for (int t = first; t < last; t++) {
        if (s.tileLimits[t] - key > c) {
          scores(t, c, row);
        }
      }
    }
    softmax(plan, b * BLOCK, row, end, seen, maskAt);
    if (key > 0) {
      AttentionSoftmaxF32.scaleRows(
          s.results + 4L * row * width, end - row, width, s.factor, b * BLOCK);
    }
    for (int c = 0; c < width; c += COLUMNS) {
      for (int t = first; t < last; t++) {
        values(t, c, row);
      }
    }
  }

  private void loadQueries(AttentionF32 plan, long qAt, int row, int end) {
    for (int r = row; r < end; ) {
      int some = together(plan, r, end);
      long from = address(plan, qAt, plan.q, r);
      for (int d = 0; d < depth; d += DEPTH) {
        int at = (d / DEPTH * BLOCK + r - row) * ROW;
        int floats = Math.min(DEPTH, depth - d);
        AttentionRowsF32.load(from + 4L * d, plan.q.row(), some, floats, plan.scale, s.queries, at);
      }
      r += some;
    }
  }

  /** How many of the rows from r on belong to one head, and so are evenly spaced. */
  private int together(AttentionF32 plan, int r, int end) {
    return Math.min(end - r, plan.size.queries() - (firstRow + r) % plan.size.queries());
  }

  private long address(AttentionF32 plan, long base, AttentionF32.Strides strides, int r) {
    int row = firstRow + r;
    return base
        + (firstHead + row / plan.size.queries()) * strides.head()
        + row % plan.size.queries() * strides.row();
  }

  /** Scores of a tile of rows against the panel of keys from c on. */
  private void scores(int t, int c, int block) {
    int row = tile(t);
    GemmTileF32 kernel = GemmTilesF32.packed(tile(t + 1) - row);
    long to = s.scores + (row - block) * SCORE_BYTES + 4L * c;
    for (int d = 0; d < depth; d += DEPTH) {
      int at = (d / DEPTH * BLOCK + row - block) * ROW;
      long panel = s.keys + 4L * ((long) c * depth + (long) d * COLUMNS);
      long from = d == 0 ? GemmF32.ZEROS : to;
      long fromBytes = d == 0 ? 0 : SCORE_BYTES;
      int terms = Math.min(DEPTH, depth - d);
      kernel.run(terms, s.queries, at, panel, 0, from, fromBytes, to, SCORE_BYTES);
    }
  }

  /** Adds the products of a tile's weights with the panel of values from c on. */
  private void values(int t, int c, int block) {
    int row = tile(t);
    int terms = Math.max(0, Math.min(n, s.tileLimits[t] - key));
    GemmTileF32 kernel = GemmTilesF32.packed(tile(t + 1) - row);
    long to = s.results + 4L * ((long) row * width + c);
    long toBytes = 4L * width;
    long panel = s.values + 4L * c * n;
    long from = key == 0 ? GemmF32.ZEROS : to;
    long fromBytes = key == 0 ? 0 : toBytes;
    kernel.run(terms, s.weights, (row - block) * ROW, panel, 0, from, fromBytes, to, toBytes);
  }

  /** Scores of rows become weights, four rows at a time; maxima, sums and factors follow. */
  private void softmax(AttentionF32 plan, int state, int row, int end, int seen, long maskAt) {
    for (int r = row; r < end; r += 4) {
      int most = 0;
      int last = Math.min(end, r + 4);
      for (int i = r; i < last; i++) {
        most = Math.max(most, Math.min(n, s.limits[i] - key));
      }
      int vectors = Math.ceilDiv(most, L);
      long at = s.scores + (r - row) * SCORE_BYTES;
      for (int i = r; i < last; i++) {
        long scores = at + (i - r) * SCORE_BYTES;
        int own = Math.max(0, Math.min(n, s.limits[i] - key));
        if (own > 0) {
          bias(plan, scores, own, maskAt, i);
        }
        if (own < vectors * L) {
          AttentionSoftmaxF32.hide(scores, own, vectors);
        }
      }
      int group = r - row;
      AttentionSoftmaxF32.run4(
          at, SCORE_BYTES, vectors, s.weights, group * ROW, s.max, s.sum, s.factor, state + group);
      for (int i = group; i < group + 4 && vectors * L < seen; i++) {
        Arrays.fill(s.weights, i * ROW + vectors * L, i * ROW + seen, 0f);
      }
    }
  }

  /** Cap and mask. */
  private void bias(AttentionF32 plan, long scores, int seen, long maskAt, int r) {
    if (plan.softcap > 0) {
      AttentionRowF32.cap(scores, seen, plan.softcap);
    }
    if (maskAt == 0) {
      return;
    }
    int row = firstRow + r;
    long maskRow =
        maskAt
            + (firstHead + row / plan.size.queries()) * plan.mask.head()
            + row % plan.size.queries() * plan.mask.query()
            + key * plan.mask.key();
    if (plan.mask.key() == 0) {
      AttentionRowF32.addConstant(scores, seen, Memory.ALL.get(Memory.F32, maskRow));
    } else {
      AttentionRowF32.addMask(scores, seen, maskRow);
    }
  }

  private void fewRows(AttentionF32 plan, long qAt, long keysAt, long valuesAt, long maskAt) {
    for (int r = 0; r < count; r++) {
      int own = Math.max(0, Math.min(n, s.limits[r] - key));
      long query = address(plan, qAt, plan.q, r);
      long to = s.scores + r * SCORE_BYTES;
      AttentionRowF32.dots(query, keysAt, plan.k.row(), own, depth, plan.scale, to);
    }
    softmax(plan, 0, 0, count, n, maskAt);
    for (int r = 0; r < count; r++) {
      int own = Math.max(0, Math.min(n, s.limits[r] - key));
      long to = s.results + 4L * r * width;
      AttentionRowF32.addValues(
          s.weights, r * ROW, own, valuesAt, plan.v.row(), to, plan.size.valueDepth(), s.factor[r]);
    }
  }

  private void write(AttentionF32 plan, long outAt) {
    for (int b = 0; b < blocks; b++) {
      int row = tile(block(b));
      int end = tile(block(b + 1));
      float[] inverse = s.sum;
      for (int i = b * BLOCK; i < b * BLOCK + end - row; i++) {
        inverse[i] = s.sum[i] == 0f ? 0f : 1f / s.sum[i];
      }
      for (int r = row; r < end; ) {
        int some = together(plan, r, end);
        AttentionRowsF32.write(
            s.results + 4L * r * width,
            4L * width,
            address(plan, outAt, plan.out, r),
            plan.out.row(),
            some,
            plan.size.valueDepth(),
            inverse,
            b * BLOCK + r - row);
        r += some;
      }
    }
  }
}
