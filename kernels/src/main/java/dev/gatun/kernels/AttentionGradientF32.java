package dev.gatun.kernels;

import dev.gatun.kernels.AttentionF32.MaskStrides;
import dev.gatun.kernels.AttentionF32.Sizes;
import dev.gatun.kernels.AttentionF32.Strides;
import dev.gatun.kernels.GemmF32.Left;
import dev.gatun.kernels.GemmF32.Right;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The gradient of {@link AttentionF32} with respect to queries, keys and values, without a score
 * matrix in memory: the weights of some rows of queries at a time are computed again (as in Dao et
 * al. 2022, section 3.1), their slopes follow, and both are multiplied with what they meet.
 *
 * <p>A task is a key head of a batch with all its queries, so every sum has one order. The operands
 * may have any strides but on their last axis; each gradient is written, none is read. Compute
 * bound, five products.
 */
public final class AttentionGradientF32 {
  private static final int COLUMNS = PackedWeightsF32.COLUMNS;
  private static final int HEIGHT = GemmTilesF32.HEIGHT;

  /** Scores of a block of rows, and as many slopes, take half of L2. */
  private static final long BLOCK_FLOATS = Cpu.get().l2Bytes() / 16;

  /** Of causal attention, so that blocks leave out keys that none of their rows see. */
  private static final int MOST_CAUSAL_ROWS = 8 * HEIGHT;

  private static final long[] NO_BUFFERS = {};

  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

  /** Where each operand's rows lie. */
  public record Places(
      Strides q, Strides k, Strides v, Strides dy, Strides dq, Strides dk, Strides dv) {}

  /** Rows of queries and the keys that they see, and their products. */
  private record Block(int first, int rows, int keys, Products products) {}

  private record Products(
      GemmF32 scores, GemmF32 slopes, GemmF32 queries, GemmF32 keys, GemmF32 values) {
    static Products of(int rows, int keys, int depth, int width) {
      int whole = Math.ceilDiv(keys, COLUMNS) * COLUMNS;
      return new Products(
          GemmF32.plan(rows, whole, depth, 1),
          GemmF32.plan(rows, whole, width, 1),
          GemmF32.plan(rows, depth, keys, Left.ROWS, Right.ROWS, 1),
          GemmF32.plan(keys, depth, rows, Left.TRANSPOSED, Right.ROWS, 1),
          GemmF32.plan(keys, width, rows, Left.TRANSPOSED, Right.ROWS, 1));
    }
  }

  private final Sizes size;
  private final Places at;
  private final MaskStrides mask;
  private final float scale;
  private final boolean causal;
  private final int offset;
  private final List<Block> blocks = new ArrayList<>();
  private final long rowBytes;
  private final int mostRows;

  /**
   * A plan.
   *
   * @param causal query i sees keys up to i + offset
   */
  public AttentionGradientF32(
      Sizes size, Places at, MaskStrides mask, float scale, boolean causal, int offset) {
    this.size = size;
    this.at = at;
    this.mask = mask;
    this.scale = scale;
    this.causal = causal;
    this.offset = offset;
    int whole = Math.ceilDiv(size.keys(), COLUMNS) * COLUMNS;
    rowBytes = 4L * (whole % 256 == 0 ? whole + 16 : whole); // Not a power of two.
    int fitting = (int) (BLOCK_FLOATS / Math.max(1, whole) / HEIGHT * HEIGHT);
    int most = Math.max(HEIGHT, causal ? Math.min(fitting, MOST_CAUSAL_ROWS) : fitting);
    int parts = Math.ceilDiv(size.queries(), most);
    Map<List<Integer>, Products> known = new HashMap<>();
    int tallest = 0;
    for (int p = 0; p < parts; p++) {
      int first = Parts.begin(size.queries(), parts, p);
      int rows = Parts.begin(size.queries(), parts, p + 1) - first;
      int keys = seen(first + rows - 1);
      tallest = Math.max(tallest, rows);
      if (keys > 0) {
        Products products =
            known.computeIfAbsent(
                List.of(rows, keys),
                key -> Products.of(rows, keys, size.depth(), size.valueDepth()));
        blocks.add(new Block(first, rows, keys, products));
      } else {
        blocks.add(new Block(first, rows, 0, Products.of(0, 0, 0, 0)));
      }
    }
    mostRows = tallest;
  }

  /** How many keys a query sees. */
  private int seen(int query) {
    return causal ? Math.clamp(query + 1L + offset, 0, size.keys()) : size.keys();
  }

  /** Independent pieces of work. */
  public int tasks() {
    return size.batch() * size.keyHeads();
  }

  /**
   * Runs a task.
   *
   * @param maskAt address of the mask, or 0
   */
  public void run(
      long qAt,
      long kAt,
      long vAt,
      long maskAt,
      long dyAt,
      long dqAt,
      long dkAt,
      long dvAt,
      int task) {
    int batch = task / size.keyHeads();
    int keyHead = task % size.keyHeads();
    long k = kAt + batch * at.k.batch() + keyHead * at.k.head();
    long v = vAt + batch * at.v.batch() + keyHead * at.v.head();
    long dk = dkAt + batch * at.dk.batch() + keyHead * at.dk.head();
    long dv = dvAt + batch * at.dv.batch() + keyHead * at.dv.head();
    Scratch s = SCRATCH.get();
    s.grow(Math.ceilDiv(size.keys(), COLUMNS) * COLUMNS, size, mostRows * rowBytes);
    AttentionPackF32.keys(k, at.k.row(), size.keys(), size.depth(), s.keys);
    AttentionPackF32.keys(v, at.v.row(), size.keys(), size.valueDepth(), s.values);
    clear(dk, at.dk.row(), size.keys(), size.depth());
    clear(dv, at.dv.row(), size.keys(), size.valueDepth());
    int heads = size.heads() / size.keyHeads();
    for (int h = keyHead * heads; h < (keyHead + 1) * heads; h++) {
      long q = qAt + batch * at.q.batch() + h * at.q.head();
      long dy = dyAt + batch * at.dy.batch() + h * at.dy.head();
      long dq = dqAt + batch * at.dq.batch() + h * at.dq.head();
      long masks = maskAt == 0 ? 0 : maskAt + batch * mask.batch() + h * mask.head();
      for (Block block : blocks) {
        block(
            s,
            block,
            q + block.first * at.q.row(),
            k,
            masks == 0 ? 0 : masks + block.first * mask.query(),
            dy + block.first * at.dy.row(),
            dq + block.first * at.dq.row(),
            dk,
            dv);
      }
    }
  }

  private void block(
      Scratch s, Block b, long q, long k, long masks, long dy, long dq, long dk, long dv) {
    if (b.keys == 0) {
      clear(dq, at.dq.row(), b.rows, size.depth());
      return;
    }
    Products p = b.products;
    multiply(p.scores, q, at.q.row(), s.keys, 0, 0, s.scores, rowBytes);
    multiply(p.slopes, dy, at.dy.row(), s.values, 0, 0, s.slopes, rowBytes);
    int vectors = Math.ceilDiv(b.keys, Lanes.F32_LENGTH);
    for (int r = 0; r < b.rows; r++) {
      long row = s.scores + r * rowBytes;
      AttentionSoftmaxF32.scale(row, vectors * Lanes.F32_LENGTH, scale);
      int own = seen(b.first + r);
      if (masks != 0 && own > 0) {
        addMask(row, own, masks + r * mask.query());
      }
      AttentionSoftmaxF32.hide(row, own, vectors);
      AttentionSlopeF32.run(row, s.slopes + r * rowBytes, vectors, scale);
    }
    multiply(p.queries, s.slopes, rowBytes, k, at.k.row(), 0, dq, at.dq.row());
    multiply(p.keys, s.slopes, rowBytes, q, at.q.row(), dk, dk, at.dk.row());
    multiply(p.values, s.scores, rowBytes, dy, at.dy.row(), dv, dv, at.dv.row());
  }

  private void addMask(long row, int keys, long masks) {
    if (mask.key() == 0) {
      AttentionRowF32.addConstant(row, keys, Memory.ALL.get(Memory.F32, masks));
    } else {
      AttentionRowF32.addMask(row, keys, masks);
    }
  }

  /** c = init + a b; init is c or 0. */
  private static void multiply(
      GemmF32 plan, long a, long aRow, long b, long bRow, long init, long c, long cRow) {
    float inf = Float.POSITIVE_INFINITY;
    for (int task = 0; task < plan.tasks(); task++) {
      plan.run(a, aRow, b, bRow, init, cRow, -inf, inf, c, cRow, null, NO_BUFFERS, task);
    }
  }

  private static void clear(long to, long rowBytes, int rows, int floats) {
    for (int r = 0; r < rows; r++) {
      Fill.zero(to + r * rowBytes, 4L * floats);
    }
  }

  /** What a thread needs beside the operands; grown when larger heads come along and kept. */
  private static final class Scratch {
    private Arena owner = Arena.ofAuto();
    private long bytes;
    private long address;

    /** Transposed keys and values in panels. */
    private long keys;

    private long values;

    /** Scores, then weights, and slopes of a block of rows. */
    private long scores;

    private long slopes;

    void grow(int whole, Sizes size, long blockBytes) {
      long keyBytes = 4L * whole * size.depth();
      long valueBytes = 4L * whole * size.valueDepth();
      long wanted = keyBytes + valueBytes + 2 * blockBytes + 3L * Memory.ALIGNMENT;
      if (wanted > bytes) {
        owner = Arena.ofAuto();
        bytes = wanted;
        address = owner.allocate(bytes, Memory.ALIGNMENT).address();
      }
      keys = address;
      values = aligned(keys + keyBytes);
      scores = aligned(values + valueBytes);
      slopes = aligned(scores + blockBytes);
    }

    private static long aligned(long address) {
      return Math.ceilDiv(address, Memory.ALIGNMENT) * Memory.ALIGNMENT;
    }
  }
}
