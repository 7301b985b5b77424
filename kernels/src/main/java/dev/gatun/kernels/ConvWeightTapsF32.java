package dev.gatun.kernels;

import static java.util.Objects.requireNonNull;

import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/**
 * The weight gradient of any convolution.
 *
 * <p>It is the product of dy, transposed, and the matrix of windows [positions, taps * channels],
 * of which {@link WindowPanelsF32} writes a few panels of a few hundred positions at a time in the
 * packed form of {@link PackedWeightsF32}. Compute bound from about 32 output channels on, else
 * bound by the copies of windows.
 *
 * <p>Tasks take a block of columns each. Where there are few columns the positions are cut into
 * parts, too; how many depends on the sizes only, and parts are summed in their order, so that the
 * result does not depend on the number of threads.
 */
final class ConvWeightTapsF32 extends ConvWeightGradientF32 {
  private static final int COLUMNS = PackedWeightsF32.COLUMNS;

  /** Positions whose windows are packed at a time: with as many rows of dy they stay in L2. */
  private static final int DEPTH = 256;

  /** Most panels packed at a time: the rows of dy are turned once for all of them. */
  private static final int PANELS = 16;

  /** Blocks there should be, for as many threads as machines have; more parts cost more sums. */
  private static final int BLOCKS = 24;

  /** Fewer positions in a part are not worth its sum. */
  private static final int LEAST_POSITIONS = 2 * DEPTH;

  private static final int MOST_TASKS = 64;

  private static final int SUM_FLOATS = 1 << 14;

  private static final long[] NO_BUFFERS = {};

  private final ConvGeometry g;
  private final int columns; // of a group's result: taps * channels of a group
  private final int outOfGroup;
  private final int panels;
  private final int blocks; // of panels, as even as possible
  private final int parts; // of positions
  private final long positions;
  private final int tasks;
  private final WindowPanelsF32 windows;
  // [depth][block of columns]: only those that occur
  private final @Nullable GemmF32[][] products;
  private final StridedCopy turn;

  ConvWeightTapsF32(ConvGeometry g) {
    this.g = g;
    int inOfGroup = g.inChannels() / g.groups();
    columns = Math.multiplyExact(g.taps(), inOfGroup);
    outOfGroup = g.outChannels() / g.groups();
    panels = PackedWeightsF32.panels(columns);
    positions = g.pixels();
    long mostParts = Math.max(1, positions / LEAST_POSITIONS);
    // Where positions cannot be cut often enough, columns are cut finer.
    long finer = Math.ceilDiv(BLOCKS / 2, mostParts * g.groups());
    blocks = (int) Math.min(panels, Math.max(finer, Math.ceilDiv(panels, PANELS)));
    long wanted = Math.ceilDiv(BLOCKS, (long) blocks * g.groups());
    parts = (int) Math.clamp(wanted, 1, mostParts);
    tasks = (int) Math.min(MOST_TASKS, units());
    windows = new WindowPanelsF32(g);
    turn =
        StridedCopy.transpose(
            4, new long[] {g.outChannels(), g.taps(), inOfGroup}, new int[] {0, 2, 1});
    products = new GemmF32[DEPTH + 1][blocks];
    for (int part = 0; part < parts; part++) {
      long begin = positions * part / parts;
      long count = positions * (part + 1) / parts - begin;
      long depths = Math.ceilDiv(count, DEPTH);
      prepare((int) (count / depths));
      prepare((int) Math.ceilDiv(count, depths));
    }
  }

  private void prepare(int depth) {
    if (products[depth][0] != null) {
      return;
    }
    for (int block = 0; block < blocks; block++) {
      int n = columns(block);
      boolean known = false;
      for (int other = 0; other < block; other++) {
        if (columns(other) == n) {
          products[depth][block] = products[depth][other];
          known = true;
        }
      }
      if (!known) {
        products[depth][block] =
            GemmF32.plan(outOfGroup, n, depth, GemmF32.Left.TRANSPOSED, GemmF32.Right.PACKED, 1);
      }
    }
  }

  private int firstPanel(int block) {
    return (int) ((long) panels * block / blocks);
  }

  private int columns(int block) {
    return Math.min(columns, firstPanel(block + 1) * COLUMNS) - firstPanel(block) * COLUMNS;
  }

  private long units() {
    return (long) g.groups() * blocks * parts;
  }

  /** Floats of one part's sums [outChannels, taps, channels of a group]. */
  private long partFloats() {
    return (long) g.outChannels() * columns;
  }

  /** With one tap sums have the order of the result. */
  private boolean isPlain() {
    return g.taps() == 1 && parts == 1;
  }

  @Override
  public long scratchBytes() {
    return tasks * packedBytes() + (isPlain() ? 0 : 4L * parts * partFloats());
  }

  private long packedBytes() {
    return 4L * DEPTH * Math.ceilDiv(panels, blocks) * COLUMNS;
  }

  @Override
  public String note() {
    return positions
        + "x"
        + columns
        + "x"
        + outOfGroup
        + (g.groups() > 1 ? ", " + g.groups() + " groups" : "")
        + (parts > 1 ? ", " + parts + " parts" : "");
  }

  @Override
  public int phases() {
    return isPlain() ? 1 : parts == 1 ? 2 : 3;
  }

  @Override
  public int tasks(int phase) {
    return switch (phase) {
      case 0 -> tasks;
      case 1 -> parts == 1 ? turn.tasks() : (int) Math.ceilDiv(partFloats(), SUM_FLOATS);
      default -> turn.tasks();
    };
  }

  @Override
  public void run(int phase, long x, long dy, long dw, long scratch, int task) {
    long sums = scratch + tasks * packedBytes();
    if (phase == 0) {
      long from = units() * task / tasks;
      long to = units() * (task + 1) / tasks;
      for (long unit = from; unit < to; unit++) {
        unit(x, dy, isPlain() ? dw : sums, scratch + task * packedBytes(), unit);
      }
    } else if (phase == 1 && parts > 1) {
      long first = (long) task * SUM_FLOATS;
      int count = (int) Math.min(SUM_FLOATS, partFloats() - first);
      for (int part = 1; part < parts; part++) {
        add(sums + 4 * (first + part * partFloats()), sums + 4 * first, count);
      }
    } else {
      turn.run(sums, dw, task);
    }
  }

  private void unit(long x, long dy, long sums, long packed, long unit) {
    int part = (int) (unit / ((long) g.groups() * blocks));
    int group = (int) (unit / blocks % g.groups());
    int block = (int) (unit % blocks);
    int firstPanel = firstPanel(block);
    int n = columns(block);
    long begin = positions * part / parts;
    long count = positions * (part + 1) / parts - begin;
    // As even as possible: a few positions left over would cost nearly as much as all others.
    long depths = Math.ceilDiv(count, DEPTH);
    long dyRowBytes = 4L * g.outChannels();
    long rowBytes = 4L * columns;
    long c =
        sums
            + 4 * (part * partFloats() + (long) group * outOfGroup * columns)
            + 4L * firstPanel * COLUMNS;
    for (long d = 0; d < depths; d++) {
      long at = begin + count * d / depths;
      int depth = (int) (begin + count * (d + 1) / depths - at);
      windows.pack(x, group, firstPanel, n, at, depth, packed);
      GemmF32 product = requireNonNull(products[depth][block]);
      long left = dy + at * dyRowBytes + 4L * group * outOfGroup;
      for (int i = 0; i < product.tasks(); i++) {
        product.run(
            left,
            dyRowBytes,
            packed,
            0,
            d == 0 ? 0 : c,
            rowBytes,
            Float.NEGATIVE_INFINITY,
            Float.POSITIVE_INFINITY,
            c,
            rowBytes,
            null,
            NO_BUFFERS,
            i);
      }
    }
  }

  private static void add(long src, long dst, int count) {
    int whole = Lanes.F32.loopBound(count);
    for (int i = 0; i < whole; i += Lanes.F32_LENGTH) {
      FloatVector.fromMemorySegment(Lanes.F32, Memory.ALL, src + 4L * i, Lanes.ORDER)
          .add(FloatVector.fromMemorySegment(Lanes.F32, Memory.ALL, dst + 4L * i, Lanes.ORDER))
          .intoMemorySegment(Memory.ALL, dst + 4L * i, Lanes.ORDER);
    }
    for (int i = whole; i < count; i++) {
      float sum =
          Memory.ALL.get(Memory.F32, dst + 4L * i) + Memory.ALL.get(Memory.F32, src + 4L * i);
      Memory.ALL.set(Memory.F32, dst + 4L * i, sum);
    }
  }
}
