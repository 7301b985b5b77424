package dev.gatun.core.plan;

import dev.gatun.core.codegen.BlockFunction;
import dev.gatun.core.codegen.PointwiseBody;
import dev.gatun.core.codegen.Region;
import dev.gatun.core.codegen.RegionCompiler;
import dev.gatun.core.codegen.ScalarCompiler;
import dev.gatun.core.fuse.FusePointwise;
import dev.gatun.core.fuse.Fused;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;

/**
 * Pointwise nodes, single or fused, as one generated kernel over the result: vectors of float32 and
 * booleans, or any types one element at a time.
 */
final class PointwiseKernels implements Candidate {
  /** Below this many elements a slice costs more to hand out than to compute. */
  private static final long ELEMENTS_PER_TASK = 16384;

  private final boolean vectors;

  PointwiseKernels(boolean vectors) {
    this.vectors = vectors;
  }

  @Override
  public String name() {
    return vectors ? "pointwise/vector/f32/generated" : "pointwise/scalar/any/generated";
  }

  @Override
  public Lowering lower(Node node, Target target) {
    List<Node> nodes;
    List<Value> first;
    if (node.op() == Fused.OP && Fused.anchor(Fused.body(node)).isEmpty()) {
      nodes = Fused.body(node).nodes();
      first = Fused.body(node).inputs();
    } else if (node.op().pointwise().isPresent()) {
      nodes = List.of(node);
      first = List.copyOf(new java.util.LinkedHashSet<>(node.inputs()));
    } else {
      return new Lowering.Refused("");
    }
    int results = node.outputs().size();
    PointwiseBody body =
        node.op() == Fused.OP
            ? PointwiseBody.of(nodes, first, Fused.body(node).outputs())
            : PointwiseBody.of(nodes, first);
    if (results > 1 && !vectors) {
      return new Lowering.Refused("only one result");
    }
    boolean single = isSingle(node);
    if (vectors && single) {
      return new Lowering.Refused("a single element needs no vectors");
    }
    if (!vectors && !single && node.op() == Fused.OP && FusePointwise.isForVectors(node)) {
      return new Lowering.Refused("its operators may have vector kernels one by one");
    }
    if (!RegionLoop.Room.fits(results + first.size())) {
      return new Lowering.Refused(first.size() + " operands are too many");
    }
    Type.OfTensor result = node.outputs().get(0).tensorType();
    List<Type.OfTensor> operands = new ArrayList<>();
    for (Value value : first) {
      operands.add(value.tensorType());
    }
    RegionLoop loop = new RegionLoop(result, results, operands, true);
    Region region = new Region(body.exprs(), loop.perRow());
    String refusal = vectors ? RegionCompiler.refusal(region) : ScalarCompiler.refusal(region);
    if (!refusal.isEmpty()) {
      return new Lowering.Refused(refusal);
    }
    int[] buffers = new int[first.size()];
    List<Integer> reusable = new ArrayList<>();
    for (int i = 0; i < buffers.length; i++) {
      // Node inputs may repeat; the fused body's inputs do not.
      buffers[i] = node.op() == Fused.OP ? i : node.inputs().indexOf(first.get(i));
      if (operands.get(i).equals(result)) {
        reusable.add(buffers[i]);
      }
    }
    long elements = result.shape().elements();
    long tasks = Math.max(1, Math.min(4L * target.threads(), elements / ELEMENTS_PER_TASK));
    return Lowering.Kernels.of(
            new Loop(
                vectors ? RegionCompiler.compile(region) : ScalarCompiler.compile(region),
                loop,
                buffers,
                node.inputs().size(),
                results,
                tasks))
        .reusing(java.util.Collections.nCopies(results, List.copyOf(reusable)))
        .noted(nodes.size() == 1 ? "" : "fused " + names(nodes));
  }

  /**
   * Whether all results have one element, as norms and rates of a training step do. Vector code is
   * slow to be compiled: the sum of the squares of 62 gradients took C2 four seconds and 600 MB.
   */
  private static boolean isSingle(Node node) {
    return node.outputs().size() == 1 && node.outputs().get(0).tensorType().shape().elements() == 1;
  }

  static String names(List<Node> nodes) {
    List<String> names = new ArrayList<>();
    for (Node node : nodes) {
      names.add(node.op().name());
    }
    return String.join(", ", names);
  }

  /** Cuts the result into slices of rows, or of columns where there are too few rows. */
  private static final class Loop implements Kernel {
    private final BlockFunction function;
    private final RegionLoop loop;
    private final int[] buffers;
    private final int output;
    private final int results;
    private final int rowTasks;
    private final int columnTasks;
    private final long columnStep;

    Loop(
        BlockFunction function,
        RegionLoop loop,
        int[] buffers,
        int output,
        int results,
        long tasks) {
      this.function = function;
      this.loop = loop;
      this.buffers = buffers;
      this.output = output;
      this.results = results;
      rowTasks = (int) Math.max(1, Math.min(loop.rows(), tasks));
      long wanted = Math.max(-Math.floorDiv(-tasks, rowTasks), loop.columns() >> 30);
      // Whole cache lines a slice, so that two threads never write one line.
      columnStep = Math.max(64, -Math.floorDiv(-loop.columns(), Math.max(1, wanted)) + 63 & -64L);
      columnTasks = (int) Math.max(1, -Math.floorDiv(-loop.columns(), columnStep));
    }

    @Override
    public int tasks() {
      return rowTasks * columnTasks;
    }

    @Override
    public void run(long[] addresses, int task) {
      long rowFrom = loop.rows() * (task / columnTasks) / rowTasks;
      long rowTo = loop.rows() * (task / columnTasks + 1) / rowTasks;
      long columnFrom = task % columnTasks * columnStep;
      int count = (int) Math.min(columnStep, loop.columns() - columnFrom);
      RegionLoop.Room room = RegionLoop.Room.ofThread();
      System.arraycopy(addresses, output, room.bases, 0, results);
      for (int i = 0; i < buffers.length; i++) {
        room.bases[results + i] = addresses[buffers[i]];
      }
      loop.run(function, room.bases, room, rowFrom, rowTo - rowFrom, columnFrom, count);
    }
  }
}
