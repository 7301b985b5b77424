package dev.gatun.core.plan;

import static dev.gatun.core.plan.Elements.count;
import static dev.gatun.core.plan.Elements.dtype;
import static dev.gatun.core.plan.Elements.shape;

import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.op.Pad;
import dev.gatun.core.op.Resize;
import dev.gatun.core.op.ResizeAxis;
import dev.gatun.core.op.Roll;
import dev.gatun.core.op.Trilu;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.kernels.IndexedCopy;
import dev.gatun.kernels.ResizeF32;
import dev.gatun.kernels.ResizeTaps;
import dev.gatun.kernels.Triangle;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * What a table of source positions along each axis describes: pads, rolls, triangles and nearest
 * resizes of any type, and with weights beside the positions every other resize of float32.
 */
final class TableKernels implements Candidate {
  private interface Rule {
    Lowering lower(Node node);
  }

  private static final Map<OpDef, Rule> RULES =
      Map.of(
          Pad.OP, TableKernels::pad,
          Roll.OP, TableKernels::roll,
          Trilu.OP, TableKernels::trilu,
          Resize.OP, TableKernels::resize);

  @Override
  public String name() {
    return "movement/vector/any/tables";
  }

  @Override
  public Lowering lower(Node node, Target target) {
    Rule rule = RULES.get(node.op());
    if (rule == null) {
      return new Lowering.Refused("");
    }
    if (dtype(node.output()) == DType.STRING) {
      return new Lowering.Refused("strings are not in native memory");
    }
    for (Shape shape : new Shape[] {shape(node.input(0)), shape(node.output())}) {
      for (long size : shape.sizes()) {
        if (size > Integer.MAX_VALUE) {
          return new Lowering.Refused("more than 2^31 elements along an axis");
        }
      }
    }
    return rule.lower(node);
  }

  private static int[][] same(Shape shape) {
    int[][] tables = new int[shape.rank()][];
    for (int axis = 0; axis < tables.length; axis++) {
      tables[axis] = new int[(int) shape.size(axis)];
      Arrays.setAll(tables[axis], k -> k);
    }
    return tables;
  }

  private static Lowering pad(Node node) {
    Shape x = shape(node.input(0));
    Optional<long[]> pads = Elements.longs(node.input(1));
    Optional<long[]> axes = node.has(3) ? Elements.longs(node.input(3)) : Optional.empty();
    if (pads.isEmpty() || node.has(3) && axes.isEmpty()) {
      return new Lowering.Refused("its arguments are not constants");
    }
    String mode = node.attrs().text("mode");
    int[][] tables = same(shape(node.output()));
    int padded = pads.get().length / 2;
    for (int i = 0; i < padded; i++) {
      int axis = axes.isPresent() ? x.axis("pad", axes.get()[i]) : i;
      long before = pads.get()[i];
      long size = x.size(axis);
      Arrays.setAll(tables[axis], k -> (int) Pad.source(mode, k - before, size));
    }
    int bytes = dtype(node.output()).bytes();
    IndexedCopy copy = IndexedCopy.of(bytes, x.sizes(), tables);
    boolean value = node.has(2);
    int output = node.inputs().size();
    return Lowering.Kernels.of(
            new TaskKernel(
                copy.tasks(),
                (b, task) ->
                    copy.run(b[0], b[output], value ? Elements.bits(b[2], bytes) : 0, task)))
        .noted(mode);
  }

  private static Lowering roll(Node node) {
    Shape x = shape(node.input(0));
    long[] shifts = node.attrs().longs("shifts");
    long[] axes = node.attrs().longs("axes");
    boolean flat = axes.length == 0 || x.rank() == 0;
    Shape from = flat ? Shape.of(x.elements()) : x;
    if (from.elements() > Integer.MAX_VALUE) {
      return new Lowering.Refused("more than 2^31 elements");
    }
    int[][] tables = same(from);
    for (int i = 0; i < shifts.length; i++) {
      int axis = flat ? 0 : x.axis("roll", axes[i]);
      long shift = shifts[i];
      int[] before = tables[axis].clone();
      Arrays.setAll(tables[axis], k -> before[Math.floorMod(k - shift, before.length)]);
    }
    IndexedCopy copy = IndexedCopy.of(dtype(node.output()).bytes(), from.sizes(), tables);
    return Lowering.Kernels.of(
        new TaskKernel(copy.tasks(), (b, task) -> copy.run(b[0], b[1], 0, task)));
  }

  private static Lowering trilu(Node node) {
    Optional<long[]> k = node.has(1) ? Elements.longs(node.input(1)) : Optional.of(new long[1]);
    if (k.isEmpty()) {
      return new Lowering.Refused("its diagonal is not a constant");
    }
    Shape x = shape(node.input(0));
    int rank = x.rank();
    Triangle triangle =
        Triangle.of(
            dtype(node.output()).bytes(),
            count(x, 0, rank - 2),
            x.size(rank - 2),
            x.size(rank - 1),
            node.attrs().flag("upper"),
            k.get()[0]);
    int output = node.inputs().size();
    return Lowering.Kernels.of(
            new TaskKernel(triangle.tasks(), (b, task) -> triangle.run(b[0], b[output], task)))
        .reusing(0);
  }

  private static Lowering resize(Node node) {
    for (int i = 1; i < node.inputs().size(); i++) {
      if (node.has(i) && node.input(i).constant().isEmpty()) {
        return new Lowering.Refused("its arguments are not constants");
      }
    }
    Shape x = shape(node.input(0));
    ResizeAxis[] given =
        Resize.plan(
            x,
            node.attrs(),
            node.has(1) ? node.input(1).constant() : Optional.empty(),
            node.has(2) ? node.input(2).constant() : Optional.empty(),
            node.has(3) ? node.input(3).constant() : Optional.empty());
    int[] at = Resize.axes(x, node.attrs());
    return node.attrs().text("mode").equals("nearest")
        ? nearest(node, x, given, at)
        : weighted(node, x, given, at);
  }

  private static Lowering nearest(Node node, Shape x, ResizeAxis[] given, int[] at) {
    int[][] tables = same(shape(node.output()));
    for (int i = 0; i < at.length; i++) {
      ResizeAxis axis = given[i];
      Arrays.setAll(
          tables[at[i]], k -> axis.outside()[k] ? IndexedCopy.CONSTANT : axis.indices()[k]);
    }
    DType dtype = dtype(node.output());
    long constant = Elements.bits(dtype, node.attrs().real("extrapolation"));
    IndexedCopy copy = IndexedCopy.of(dtype.bytes(), x.sizes(), tables);
    int output = node.inputs().size();
    return Lowering.Kernels.of(
            new TaskKernel(copy.tasks(), (b, task) -> copy.run(b[0], b[output], constant, task)))
        .noted("nearest");
  }

  private static Lowering weighted(Node node, Shape x, ResizeAxis[] given, int[] at) {
    if (dtype(node.output()) != DType.F32) {
      return new Lowering.Refused("only float32, not " + dtype(node.output()));
    }
    ResizeTaps[] taps = new ResizeTaps[x.rank()];
    for (int axis = 0; axis < taps.length; axis++) {
      taps[axis] = ResizeTaps.identity((int) x.size(axis));
    }
    for (int i = 0; i < at.length; i++) {
      ResizeAxis axis = given[i];
      float[] weights = new float[axis.weights().length];
      for (int t = 0; t < weights.length; t++) {
        weights[t] = (float) axis.weights()[t];
      }
      taps[at[i]] =
          new ResizeTaps(
              axis.in(), axis.out(), axis.taps(), axis.indices(), weights, axis.outside());
    }
    int first = 0;
    int last = taps.length - 1;
    while (first < last && taps[first].isIdentity()) {
      first++;
    }
    while (last > first && taps[last].isIdentity()) {
      last--;
    }
    if (taps.length == 0 || last - first > 2) {
      return new Lowering.Refused("one to three neighbouring axes can be resized");
    }
    long batch = count(x, 0, first);
    long channels = count(x, last + 1, x.rank());
    if (batch > Integer.MAX_VALUE || channels > Integer.MAX_VALUE) {
      return new Lowering.Refused("more than 2^31 images or channels");
    }
    ResizeF32 resize =
        ResizeF32.of(
            (float) node.attrs().real("extrapolation"),
            (int) batch,
            (int) channels,
            Arrays.copyOfRange(taps, first, last + 1));
    int output = node.inputs().size();
    long scratch = resize.scratchBytes();
    return Lowering.Kernels.of(
            new TaskKernel(
                resize.tasks(),
                (b, task) -> resize.run(b[0], b[output], scratch > 0 ? b[output + 1] : 0, task)))
        .scratch(scratch)
        .noted(node.attrs().text("mode") + ", " + channels + " channels");
  }
}
