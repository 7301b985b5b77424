package dev.gatun.kernels;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jdk.incubator.vector.FloatVector;

/**
 * The micro-kernels of this machine, written when first asked for, and the sizes they share.
 *
 * <p>With 32 vector registers a tile has 12 rows of 2 vectors: 24 sums, 2 right vectors and the
 * broadcast left value, 14 loads for 24 fma. With 16 registers it has 4 rows: C2 unrolls the short
 * loop and spills anything taller (measured: 4 rows 57, 5 rows 36, 6 rows 43 GFLOP/s).
 */
final class GemmTilesF32 {
  /** Rows of the tallest tile. */
  static final int HEIGHT;

  /**
   * Whether tiles walk through the right matrix instead of counting its rows: fewer instructions
   * (12 rows 90 to 94 percent of the fma peak, 8 rows 79 to 84), but C2 unrolls low tiles, which
   * spills 16 registers (4 rows: 61 to 45 GFLOP/s).
   */
  private static final boolean WALKING;

  static {
    boolean many = registers() == 32;
    HEIGHT = many ? 12 : 4;
    WALKING = many;
  }

  /**
   * Rows of the tallest tile that reads ahead, {@link GemmAheadF32}. In a tile of 12 the load would
   * make C2 spill a sum in the loop (131 to 118 GFLOP/s; 10 rows 128 and 127).
   */
  static final int AHEAD_HEIGHT = 10;

  /** Largest depth of a block: the sums of one call. Longer products go through memory. */
  static final int DEPTH = 1024;

  /**
   * Distance between the left rows of a block, in floats: a constant, so that every row is one
   * displacement off the same register, and not a power of two, which would map all rows to the
   * same cache sets.
   */
  static final int ROW = DEPTH + 16;

  private static final VarHandle TILE = MethodHandles.arrayElementVarHandle(GemmTileF32[].class);
  private static final GemmTileF32[] PACKED = new GemmTileF32[HEIGHT + 1];
  private static final GemmTileF32[] NARROW = new GemmTileF32[HEIGHT + 1];
  private static final GemmTileF32[] BY_COLUMN = new GemmTileF32[HEIGHT + 1];
  private static final GemmTileF32[] ROWS = new GemmTileF32[HEIGHT + 1];

  private static final Map<Overlap, GemmTileF32> OVERLAPPING = new ConcurrentHashMap<>();

  private record Overlap(int rows, int vectors, int rowFloats) {}

  /** The tile of that many rows for packed panels. */
  static GemmTileF32 packed(int rows) {
    return get(PACKED, rows, PackedWeightsF32.VECTORS, true);
  }

  /**
   * The tile of that many rows for the first columns of packed panels: half of it when that is
   * enough, for which it takes two thirds of the time.
   */
  static GemmTileF32 packed(int rows, int columns) {
    return columns > Lanes.F32_LENGTH ? packed(rows) : get(NARROW, rows, 1, true);
  }

  /** The tile of that many rows for a right matrix with a variable distance between rows. */
  static GemmTileF32 rows(int rows) {
    return get(ROWS, rows, PackedWeightsF32.VECTORS, false);
  }

  /**
   * The tile of that many rows for the first columns of packed panels and left rows that far apart,
   * in floats.
   */
  static GemmTileF32 overlapping(int rows, int columns, int rowFloats) {
    int vectors = columns > Lanes.F32_LENGTH ? PackedWeightsF32.VECTORS : 1;
    return OVERLAPPING.computeIfAbsent(
        new Overlap(rows, vectors, rowFloats), o -> make(o.rows, o.vectors, true, o.rowFloats, 1));
  }

  /**
   * The tile of that many rows for packed panels and left columns: the values of a term lie side by
   * side, those of the next term behind them.
   */
  static GemmTileF32 columns(int rows) {
    GemmTileF32 tile = (GemmTileF32) TILE.getAcquire(BY_COLUMN, rows);
    if (tile == null) {
      GemmTileF32 made = make(rows, PackedWeightsF32.VECTORS, true, 1, rows);
      GemmTileF32 earlier = (GemmTileF32) TILE.compareAndExchange(BY_COLUMN, rows, null, made);
      tile = earlier == null ? made : earlier;
    }
    return tile;
  }

  /**
   * Writes the tiles into which so many rows are cut as evenly as can be, to compile them early.
   */
  static void prepareColumns(int rows) {
    int tiles = Math.ceilDiv(rows, HEIGHT);
    columns(rows / tiles);
    columns(Math.ceilDiv(rows, tiles));
  }

  private static GemmTileF32 make(
      int rows, int vectors, boolean packed, int rowFloats, int termFloats) {
    int sets = vectors == 1 ? narrowSets(rows) : sets(rows);
    GemmTileF32 tile =
        GemmTileEmitterF32.make(rows, vectors, sets, packed, rowFloats, termFloats, WALKING);
    Warmup.add(new Trial(tile, rows, new float[rows * rowFloats + Trial.TERMS * termFloats]));
    return tile;
  }

  /** A product of few terms, one more than all sets take at a time. */
  private record Trial(GemmTileF32 tile, int rows, float[] left) implements Warmup.Trial {
    private static final int TERMS = 25;
    private static final long LINE = 4L * PackedWeightsF32.COLUMNS;

    @Override
    public long bytes() {
      return LINE * (TERMS + rows);
    }

    @Override
    public void run(long zeros, int call) {
      long sums = zeros + LINE * TERMS;
      tile.run(TERMS, left, 0, zeros, LINE, sums, LINE, sums, LINE);
    }
  }

  private static GemmTileF32 get(GemmTileF32[] tiles, int rows, int vectors, boolean packed) {
    GemmTileF32 tile = (GemmTileF32) TILE.getAcquire(tiles, rows);
    if (tile == null) {
      GemmTileF32 made = make(rows, vectors, packed, ROW, 1);
      GemmTileF32 earlier = (GemmTileF32) TILE.compareAndExchange(tiles, rows, null, made);
      tile = earlier == null ? made : earlier; // all threads use, and warm, the same one
    }
    return tile;
  }

  /**
   * Enough independent sums to hide the latency of fma: at least 8, two for each of 4 cycles. Tiles
   * of five and six rows have two sets lest C2 unrolls the loop by itself, and spills.
   */
  static int sets(int rows) {
    return switch (rows) {
      case 1 -> 4;
      case 2, 3, 5, 6 -> 2;
      default -> 1;
    };
  }

  /**
   * The same for tiles one vector wide. Two sets for 12 rows gain a tenth from 64 terms on, nothing
   * below, and take longer to be compiled.
   */
  private static int narrowSets(int rows) {
    return switch (rows) {
      case 1 -> 8;
      case 2 -> 4;
      case 3, 4 -> 2;
      default -> 1;
    };
  }

  /** Whether tiles of that many rows read ahead. */
  static boolean looksAhead(int rows, boolean packed) {
    return WALKING && packed && rows <= AHEAD_HEIGHT && sets(rows) == 1;
  }

  private static int registers() {
    boolean arm = System.getProperty("os.arch", "").equals("aarch64");
    // The machine's own width, not the one the tests ask for: AVX-512 doubles the registers.
    return arm || FloatVector.SPECIES_PREFERRED.length() == 16 ? 32 : 16;
  }

  private GemmTilesF32() {}
}
