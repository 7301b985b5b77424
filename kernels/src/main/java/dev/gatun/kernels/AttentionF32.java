package dev.gatun.kernels;

/**
 * Attention without a score matrix in memory: out = softmax(cap(scale * q k') + mask) v for q
 * [batch, heads, queries, depth], k [batch, keyHeads, keys, depth] and v [batch, keyHeads, keys,
 * valueDepth].
 *
 * <p>Every axis but the last has its own stride, so projections [batch, row, head, depth] need no
 * transposition. Query heads that share a key head are taken as more rows of one matrix; a task is
 * a key head with all or a part of these rows, see {@link AttentionTaskF32}.
 *
 * <p>A row that sees no key gives zeros. NaN and infinite scores as in softmax. Values of keys that
 * only the mask or causality hides are read and must be finite; keys from lengths[b] on are never
 * read.
 */
public final class AttentionF32 {
  /** Most rows of a task: their results so far stay in L2. */
  private static final int MOST_ROWS = 1024;

  /** Packing a key and its value costs about as much as this many rows that see it. */
  private static final int PACKING_ROWS = 10;

  /** More tasks a thread than this only add to the cost. */
  private static final int TASKS_PER_THREAD = 8;

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

  final Sizes size;
  final Strides q;
  final Strides k;
  final Strides v;
  final Strides out;
  final MaskStrides mask;
  final float scale;
  final float softcap;
  final boolean causal;
  private final int causalOffset;

  private final int rows;
  private final int parts;

  /**
   * A plan for these sizes and strides.
   *
   * @param softcap scores become softcap * tanh(score / softcap); 0 for none
   * @param causal query i sees keys up to i + causalOffset, or i + lengths[b] - queries where
   *     lengths are given
   * @param threads how many threads will share the tasks
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
      int causalOffset,
      int threads) {
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
    this.parts = parts(threads);
  }

  /**
   * Into how many parts the rows of a key head are cut: as few as keep all threads busy, since each
   * packs the keys again. A function of sizes and thread count only.
   */
  private int parts(int threads) {
    int fewest = Math.max(1, Math.ceilDiv(rows, MOST_ROWS));
    long heads = (long) size.batch() * size.keyHeads();
    int best = fewest;
    double least = Double.MAX_VALUE;
    for (int n = fewest; threads > 1 && n <= Math.max(1, rows / GemmTilesF32.HEIGHT); n++) {
      if (n > fewest && heads * n > (long) TASKS_PER_THREAD * threads) {
        break;
      }
      // All rounds but the last are full; a part of a task more for whoever is disturbed.
      double rounds = Math.ceilDiv(heads * n, (long) threads) + 0.15;
      double total = rounds * (Math.ceilDiv(rows, n) + PACKING_ROWS);
      if (total < 0.995 * least) {
        least = total;
        best = n;
      }
    }
    return best;
  }

  /** Independent pieces of work; each writes its own rows of the result. */
  public int tasks() {
    return size.batch() * size.keyHeads() * parts;
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
    AttentionTaskF32 work = AttentionTaskF32.get();
    for (int task = first; task < last; task++) {
      int part = task % parts;
      int keyHead = task / parts % size.keyHeads();
      int b = task / parts / size.keyHeads();
      int firstRow = Parts.begin(rows, parts, part);
      int keys = size.keys();
      int offset = causalOffset;
      if (lengths != 0) {
        long length = Memory.ALL.get(Memory.I64, lengths + 8L * b);
        keys = (int) Math.max(0, Math.min(keys, length));
        offset = (int) (length - size.queries());
      }
      work.run(
          this,
          qAt + b * q.batch(),
          kAt + b * k.batch() + keyHead * k.head(),
          vAt + b * v.batch() + keyHead * v.head(),
          maskAt == 0 ? 0 : maskAt + b * mask.batch(),
          outAt + b * out.batch(),
          keyHead * (size.heads() / size.keyHeads()),
          firstRow,
          Parts.begin(rows, parts, part + 1) - firstRow,
          keys,
          offset);
    }
  }
}
