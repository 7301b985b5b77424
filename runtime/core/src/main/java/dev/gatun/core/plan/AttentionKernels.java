package dev.gatun.core.plan;

import dev.gatun.core.fuse.FuseAttention;
import dev.gatun.core.fuse.Fused;
import dev.gatun.core.fuse.StridedView;
import dev.gatun.core.graph.Broadcast;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Attention;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Type;
import dev.gatun.kernels.AttentionF32;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Attention in float32 without a score matrix: operands and result are read and written in place,
 * whatever the order of their axes, as long as rows are contiguous.
 */
final class AttentionKernels implements Candidate {
  /** Tasks a thread: enough to even out threads that are held up. */
  private static final int TASKS_PER_THREAD = 8;

  @Override
  public String name() {
    return "attention/vector/f32";
  }

  /** Whether an attention node needs not be taken apart. */
  static boolean accepts(Node node) {
    return node.op() == Attention.OP && refusal(node).isEmpty();
  }

  private static String refusal(Node node) {
    return node.outputs().size() != 1 ? "its scores are wanted, too" : unread(node);
  }

  /** Why operands cannot be read, or nothing. */
  static String unread(Node node) {
    for (int i = 0; i < node.inputs().size(); i++) {
      if (!node.has(i)) {
        continue;
      }
      if (!node.input(i).type().isFixed()) {
        return "shapes are not known";
      }
      DType dtype = node.input(i).tensorType().dtype();
      if (dtype != (i == 4 ? DType.I64 : DType.F32)) {
        return "input " + i + " is " + dtype;
      }
      Shape shape = node.input(i).tensorType().shape();
      if (shape.elements() == 0 || shape.elements() > Integer.MAX_VALUE) {
        return "input " + i + " has " + shape.elements() + " elements";
      }
    }
    Shape q = node.input(0).tensorType().shape();
    Shape k = node.input(1).tensorType().shape();
    return q.size(0) == k.size(0) ? "" : "batches are broadcast";
  }

  @Override
  public Lowering lower(Node node, Target target) {
    Optional<Node> found = find(node, Attention.OP);
    if (found.isEmpty()) {
      return new Lowering.Refused("");
    }
    Node attention = found.get();
    String refusal = refusal(attention);
    if (!refusal.isEmpty()) {
      return new Lowering.Refused(refusal);
    }
    List<Value> sources = node.op() == Fused.OP ? Fused.body(node).inputs() : attention.inputs();
    StridedView[] views = new StridedView[3];
    int[] at = new int[5];
    for (int i = 0; i < 5; i++) {
      at[i] = -1;
      if (attention.has(i)) {
        Value value = attention.input(i);
        if (i < 3) {
          views[i] = node.op() == Fused.OP ? StridedView.of(value) : StridedView.contiguous(value);
          value = views[i].source();
        }
        at[i] = sources.indexOf(value);
      }
    }
    Optional<StridedView> out = destination(node, attention, 0);
    if (out.isEmpty()) {
      return new Lowering.Refused("the result has no contiguous rows");
    }
    AttentionF32.Sizes size = sizes(attention);
    AttentionF32 plan =
        new AttentionF32(
            size,
            strides(views[0]),
            strides(views[1]),
            strides(views[2]),
            strides(out.get()),
            maskStrides(attention),
            scale(attention),
            (float) attention.attrs().real("softcap"),
            attention.attrs().flag("causal"),
            attention.attrs().intValue("causalOffset"),
            target.threads());
    int tasks = Math.min(plan.tasks(), TASKS_PER_THREAD * target.threads());
    long[] offsets = new long[3];
    for (int i = 0; i < 3; i++) {
      offsets[i] = 4 * views[i].offset();
    }
    return Lowering.Kernels.of(
            new Attend(plan, at, offsets, 4 * out.get().offset(), node.inputs().size(), tasks))
        .noted(describe(size));
  }

  /** The node itself or the one that it is fused around. */
  static Optional<Node> find(Node node, OpDef op) {
    if (node.op() == op) {
      return Optional.of(node);
    }
    return node.op() == Fused.OP
        ? Fused.body(node).nodes().stream().filter(n -> n.op() == op).findFirst()
        : Optional.empty();
  }

  /** Where the elements of an inner node's result lie in that of the node. */
  static Optional<StridedView> destination(Node node, Node inner, int result) {
    Value wanted = inner.outputs().get(result);
    if (node == inner) {
      return Optional.of(StridedView.contiguous(wanted));
    }
    List<Node> chain = new ArrayList<>();
    Value at = Fused.body(node).outputs().get(result);
    while (at != wanted) {
      Node producer = at.producer().orElseThrow();
      chain.add(0, producer);
      at = producer.input(0);
    }
    return chain.isEmpty()
        ? Optional.of(StridedView.contiguous(wanted))
        : FuseAttention.destination(chain);
  }

  static AttentionF32.Strides strides(StridedView view) {
    long[] strides = view.strides();
    return new AttentionF32.Strides(4 * strides[0], 4 * strides[1], 4 * strides[2]);
  }

  static AttentionF32.MaskStrides maskStrides(Node attention) {
    if (!attention.has(3)) {
      return AttentionF32.MaskStrides.NONE;
    }
    Shape q = attention.input(0).tensorType().shape();
    Shape scores =
        Shape.of(q.size(0), q.size(1), q.size(2), attention.input(1).tensorType().shape().size(2));
    Type.OfTensor mask = attention.input(3).tensorType();
    long[] strides = Broadcast.strides(mask.shape(), scores);
    return new AttentionF32.MaskStrides(
        4 * strides[0], 4 * strides[1], 4 * strides[2], 4 * strides[3]);
  }

  static float scale(Node attention) {
    return (float)
        (attention.attrs().has("scale")
            ? attention.attrs().real("scale")
            : 1 / Math.sqrt((double) attention.input(0).tensorType().shape().size(3)));
  }

  static AttentionF32.Sizes sizes(Node attention) {
    Shape q = attention.input(0).tensorType().shape();
    Shape k = attention.input(1).tensorType().shape();
    return new AttentionF32.Sizes(
        (int) q.size(0),
        (int) q.size(1),
        (int) k.size(1),
        (int) q.size(2),
        (int) k.size(2),
        (int) q.size(3),
        (int) attention.input(2).tensorType().shape().size(3));
  }

  static String describe(AttentionF32.Sizes size) {
    return size.batch()
        + "x"
        + size.heads()
        + " heads, "
        + size.queries()
        + " queries, "
        + size.keys()
        + " keys of "
        + size.depth();
  }

  /** Runs the plan, several of its tasks at a time. */
  private record Attend(
      AttentionF32 plan, int[] at, long[] offsets, long outOffset, int output, int tasks)
      implements Kernel {
    @Override
    public void run(long[] buffers, int task) {
      plan.run(
          buffers[at[0]] + offsets[0],
          buffers[at[1]] + offsets[1],
          buffers[at[2]] + offsets[2],
          at[3] < 0 ? 0 : buffers[at[3]],
          at[4] < 0 ? 0 : buffers[at[4]],
          buffers[output] + outOffset,
          (int) ((long) plan.tasks() * task / tasks),
          (int) ((long) plan.tasks() * (task + 1) / tasks));
    }
  }
}
