package dev.gatun.kernels;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The plan of a transposed convolution in float32, channels last.
 *
 * <p>Output positions that lie a stride apart see the same taps: such a phase is an ordinary
 * convolution without strides whose pixels lie apart in dst. All phases of some rows of dst are one
 * task, so nothing is added up in memory by several threads and no intermediate is stored.
 */
public final class ConvTransposeF32 implements PackedConvolution {
  private static final int TASKS_PER_THREAD = 4;

  private final ConvTransposeGeometry geometry;
  private final List<Phase> phases;
  // Rows of dst that are computed together: a stride of z and y positions each.
  private final int planes;
  private final int rows;
  private final int rowBlocks;
  private final int lineTiles;
  private final int lineBlocks;
  private final int panelBlocks;
  private final int panels;

  /** A phase of the strides and where its packed weights begin. */
  private record Phase(TapGrid grid, TapProductF32 product, long packedAt) {}

  private ConvTransposeF32(ConvTransposeGeometry g, int threads) {
    geometry = g;
    phases = phases(g, threads);
    planes = Math.ceilDiv(g.depth().out(), g.depth().stride());
    rows = Math.ceilDiv(g.height().out(), g.height().stride());
    panels = phases.getFirst().product.panels();
    int all = Math.toIntExact((long) g.batch() * planes * rows);
    int wanted = threads == 1 ? 1 : TASKS_PER_THREAD * threads;
    rowBlocks = Math.min(all, wanted);
    lineTiles = phases.getFirst().product.lineTiles(); // no phase has more
    lineBlocks = Math.clamp(Math.ceilDiv(wanted, rowBlocks), 1, lineTiles);
    // Panels of several groups are not neighbours in dst, so they are not divided.
    panelBlocks =
        g.groups() > 1 ? 1 : Math.clamp(Math.ceilDiv(wanted, rowBlocks * lineBlocks), 1, panels);
  }

  /** The plan for a geometry on a team of that many threads. */
  public static ConvTransposeF32 plan(ConvTransposeGeometry geometry, int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException(
          "op 'convTranspose': number of threads must be positive, got " + threads);
    }
    return new ConvTransposeF32(geometry, threads);
  }

  private static List<Phase> phases(ConvTransposeGeometry g, int threads) {
    long row = g.width().out();
    long plane = row * g.height().out();
    long image = plane * g.depth().out();
    List<Phase> phases = new ArrayList<>();
    long packedAt = 0;
    for (int z = 0; z < Math.min(g.depth().stride(), g.depth().out()); z++) {
      for (int y = 0; y < Math.min(g.height().stride(), g.height().out()); y++) {
        for (int x = 0; x < Math.min(g.width().stride(), g.width().out()); x++) {
          TapGrid grid =
              new TapGrid(
                  g.batch(),
                  g.inChannels(),
                  axis(g.depth(), z),
                  axis(g.height(), y),
                  axis(g.width(), x),
                  z * plane + y * row + x,
                  image,
                  plane * g.depth().stride(),
                  row * g.height().stride(),
                  g.width().stride());
          TapProductF32 product =
              new TapProductF32(grid, true, g.groups(), g.outChannels(), threads);
          phases.add(new Phase(grid, product, packedAt));
          packedAt += product.packedBytes();
        }
      }
    }
    return phases;
  }

  /** Positions phase, phase + stride, ... of an axis: input j + offset for position j. */
  private static TapGrid.Axis axis(ConvTransposeGeometry.Axis a, int phase) {
    int[] offsets = new int[a.kernel()];
    int[] taps = new int[a.kernel()];
    int count = 0;
    for (int k = a.kernel() - 1; k >= 0; k--) { // backwards, so that offsets ascend
      long distance = phase + (long) a.padBefore() - (long) k * a.dilation();
      if (Math.floorMod(distance, a.stride()) == 0) {
        offsets[count] = Math.toIntExact(Math.floorDiv(distance, a.stride()));
        taps[count++] = k;
      }
    }
    return new TapGrid.Axis(
        a.in(),
        Math.ceilDiv(a.out() - phase, a.stride()),
        1,
        Arrays.copyOf(offsets, count),
        Arrays.copyOf(taps, count));
  }

  /** Sizes of the convolution. */
  public ConvTransposeGeometry geometry() {
    return geometry;
  }

  @Override
  public String name() {
    return phases.size() == 1 ? "taps" : phases.size() + " phases of taps";
  }

  @Override
  public int tasks() {
    return rowBlocks * lineBlocks * panelBlocks;
  }

  @Override
  public String weightFormat() {
    // Which taps a phase has, and in which order, follows from these.
    StringBuilder format = new StringBuilder("convTranspose in " + geometry.groups() + " groups");
    for (ConvTransposeGeometry.Axis a :
        List.of(geometry.depth(), geometry.height(), geometry.width())) {
      format.append(
          "; %d taps, stride %d, dilation %d, pad %d, %d phases"
              .formatted(
                  a.kernel(),
                  a.stride(),
                  a.dilation(),
                  a.padBefore(),
                  Math.min(a.stride(), a.out())));
    }
    return format.toString();
  }

  @Override
  public long packedWeightBytes() {
    Phase last = phases.getLast();
    return last.packedAt + last.product.packedBytes();
  }

  @Override
  public int packTasks() {
    int tasks = 1;
    for (Phase phase : phases) {
      tasks = Math.max(tasks, phase.product.packTasks());
    }
    return tasks;
  }

  @Override
  public void packWeights(long src, long dst, int task) {
    ConvTransposeGeometry g = geometry;
    long row = g.width().kernel();
    long plane = row * g.height().kernel();
    long out = plane * g.depth().kernel();
    long in = out * (g.outChannels() / g.groups());
    long group = in * (g.inChannels() / g.groups());
    for (Phase phase : phases) {
      // Phases have different taps but the same columns, thus as many tasks.
      phase.product.pack(src, in, out, group, plane, row, 1, dst + phase.packedAt, task);
    }
  }

  @Override
  public void run(
      long src,
      long packedWeights,
      long bias,
      float lo,
      float hi,
      long dst,
      @Nullable Epilogue epilogue,
      long[] buffers,
      int task) {
    int rowBlock = task / panelBlocks / lineBlocks;
    int lineBlock = task / panelBlocks % lineBlocks;
    int firstTile = Parts.begin(lineTiles, lineBlocks, lineBlock);
    int lastTile = Parts.begin(lineTiles, lineBlocks, lineBlock + 1);
    int firstPanel = Parts.begin(panels, panelBlocks, task % panelBlocks);
    int lastPanel = Parts.begin(panels, panelBlocks, task % panelBlocks + 1);
    int all = geometry.batch() * planes * rows;
    int row = Parts.begin(all, rowBlocks, rowBlock);
    int end = Parts.begin(all, rowBlocks, rowBlock + 1);
    while (row < end) {
      int plane = row / rows;
      int first = row % rows;
      int last = lineBlocks > 1 ? first + 1 : Math.min(rows, first + end - row);
      for (int p = 0; p < phases.size(); p++) {
        Phase phase = phases.get(p);
        int z = plane % planes;
        int lastLine = Math.min(last, phase.grid.y().size());
        if (z >= phase.grid.z().size() || first >= lastLine) {
          continue; // the last stride of an axis may lack some phases
        }
        int lines = (plane / planes * phase.grid.z().size() + z) * phase.grid.y().size();
        int tiles = phase.product.lineTiles();
        int from = (lines + first) * tiles + Math.min(firstTile, tiles);
        int to = (lines + lastLine - 1) * tiles + Math.min(lastTile, tiles);
        long packed = packedWeights + phase.packedAt;
        phase.product.runTiles(src, packed, bias, lo, hi, dst, from, to, firstPanel, lastPanel);
      }
      if (epilogue != null) {
        int x = firstTile * GemmTilesF32.HEIGHT * geometry.width().stride();
        int endX = lastTile * GemmTilesF32.HEIGHT * geometry.width().stride();
        finish(epilogue, buffers, dst, plane, first, last, x, endX, firstPanel, lastPanel);
      }
      row += last - first;
    }
  }

  /** Hands finished rows of dst to the epilogue, those of one z position at a time. */
  private void finish(
      Epilogue epilogue,
      long[] buffers,
      long dst,
      int plane,
      int firstRow,
      int lastRow,
      int firstX,
      int endX,
      int firstPanel,
      int lastPanel) {
    ConvTransposeGeometry g = geometry;
    int lastX = Math.min(g.width().out(), endX);
    int firstY = firstRow * g.height().stride();
    int lastY = Math.min(g.height().out(), lastRow * g.height().stride());
    int firstZ = plane % planes * g.depth().stride();
    int lastZ = Math.min(g.depth().out(), firstZ + g.depth().stride());
    int column = 0;
    int columns = g.outChannels();
    if (panelBlocks > 1) {
      column = firstPanel * PackedWeightsF32.COLUMNS;
      columns = Math.min(columns, lastPanel * PackedWeightsF32.COLUMNS) - column;
    }
    long pixelBytes = 4L * g.outChannels();
    for (int z = firstZ; z < lastZ; z++) {
      long image = plane / planes;
      for (int y = firstY; y < lastY; y++) {
        long pixel = ((image * g.depth().out() + z) * g.height().out() + y) * g.width().out();
        pixel += firstX;
        epilogue.apply(
            buffers,
            dst + pixel * pixelBytes + 4L * column,
            pixelBytes,
            pixel,
            lastX - firstX,
            column,
            columns);
      }
    }
  }
}
