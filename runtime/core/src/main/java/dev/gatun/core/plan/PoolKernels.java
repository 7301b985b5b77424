package dev.gatun.core.plan;

import dev.gatun.core.graph.Node;
import dev.gatun.core.op.AdaptiveAveragePool;
import dev.gatun.core.op.AveragePool;
import dev.gatun.core.op.GlobalLpPool;
import dev.gatun.core.op.LpPool;
import dev.gatun.core.op.MaxPool;
import dev.gatun.core.op.MaxPoolGradient;
import dev.gatun.core.op.Window;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.kernels.MaxPoolGradientF32;
import dev.gatun.kernels.MaxPoolIndicesF32;
import dev.gatun.kernels.PoolAxis;
import dev.gatun.kernels.PoolF32;
import java.util.Arrays;

/**
 * Maximum, average and Lp pools in float32 over one to three spatial axes. With channels first,
 * which the layout pass leaves to lone pools only, each channel is an image of its own.
 */
final class PoolKernels implements Candidate {
  @Override
  public String name() {
    return "pool/vector/f32";
  }

  @Override
  public Lowering lower(Node node, Target target) {
    boolean max = node.op() == MaxPool.OP;
    boolean average = node.op() == AveragePool.OP;
    boolean adaptive = node.op() == AdaptiveAveragePool.OP;
    boolean global = node.op() == GlobalLpPool.OP;
    if (node.op() == MaxPoolGradient.OP) {
      return gradient(node);
    }
    if (!max && !average && !adaptive && !global && node.op() != LpPool.OP) {
      return new Lowering.Refused("");
    }
    Shape shape = node.input(0).tensorType().shape();
    if (node.input(0).tensorType().dtype() != DType.F32) {
      return new Lowering.Refused("only float32, not " + node.input(0).tensorType().dtype());
    }
    boolean last = node.attrs().text("layout").equals("NHWC");
    if (!last && max && node.outputs().size() > 1) {
      return new Lowering.Refused("channels are not last");
    }
    int spatial = shape.rank() - 2;
    if (spatial < 1 || spatial > 3) {
      return new Lowering.Refused(spatial + " spatial axes");
    }
    for (long size : shape.sizes()) {
      if (size > Integer.MAX_VALUE) {
        return new Lowering.Refused("more than 2^31 elements along an axis");
      }
    }
    int first = last ? 1 : 2;
    long[] in = Arrays.copyOfRange(shape.sizes(), first, first + spatial);
    PoolAxis[] axes =
        adaptive
            ? adaptive(in, node.attrs().longs("output"))
            : global ? global(in) : windows(node, in);
    long images = last ? shape.size(0) : shape.size(0) * shape.size(1);
    if (images > Integer.MAX_VALUE) {
      return new Lowering.Refused("more than 2^31 images");
    }
    int batch = (int) images;
    int channels = last ? (int) shape.size(-1) : 1;
    if (max && node.outputs().size() > 1) {
      boolean columnMajor = node.attrs().integer("storageOrder") == 1;
      return Lowering.Kernels.of(
          new WithIndices(MaxPoolIndicesF32.of(columnMajor, batch, channels, axes)));
    }
    PoolF32 pool;
    if (max) {
      pool = PoolF32.of(PoolF32.Kind.MAX, batch, channels, axes);
    } else if (average) {
      boolean padded = node.attrs().flag("countIncludePad");
      pool =
          PoolF32.of(
              padded ? PoolF32.Kind.AVERAGE_PADDED : PoolF32.Kind.AVERAGE, batch, channels, axes);
    } else if (adaptive) {
      pool = PoolF32.of(PoolF32.Kind.AVERAGE, batch, channels, axes);
    } else {
      pool = PoolF32.lp(node.attrs().real("p"), batch, channels, axes);
    }
    return Lowering.Kernels.of(new Values(pool));
  }

  /** Channels first is a batch of images of one channel each, slow but right. */
  private static Lowering gradient(Node node) {
    Shape shape = node.input(0).tensorType().shape();
    if (node.input(0).tensorType().dtype() != DType.F32) {
      return new Lowering.Refused("only float32, not " + node.input(0).tensorType().dtype());
    }
    boolean last = node.attrs().text("layout").equals("NHWC");
    int spatial = shape.rank() - 2;
    if (spatial < 1 || spatial > 3) {
      return new Lowering.Refused(spatial + " spatial axes");
    }
    long images = last ? shape.size(0) : shape.size(0) * shape.size(1);
    for (long size : shape.sizes()) {
      if (Math.max(size, images) > 1 << 24) {
        return new Lowering.Refused("more than 2^24 elements along an axis");
      }
    }
    int first = last ? 1 : 2;
    long[] in = Arrays.copyOfRange(shape.sizes(), first, first + spatial);
    int channels = last ? (int) shape.size(-1) : 1;
    MaxPoolGradientF32 pool = MaxPoolGradientF32.of((int) images, channels, windows(node, in));
    return Lowering.Kernels.of(
        new TaskKernel(pool.tasks(), (b, task) -> pool.run(b[0], b[1], b[2], task)));
  }

  private static PoolAxis[] windows(Node node, long[] in) {
    Window window = Window.of(node.op().name(), node.attrs(), in, node.attrs().longs("kernel"));
    PoolAxis[] axes = new PoolAxis[in.length];
    for (int a = 0; a < axes.length; a++) {
      axes[a] =
          PoolAxis.window(
              (int) in[a],
              (int) window.out()[a],
              (int) window.kernel()[a],
              (int) window.strides()[a],
              (int) window.dilations()[a],
              (int) window.padBegin()[a],
              (int) window.padEnd()[a]);
    }
    return axes;
  }

  private static PoolAxis[] adaptive(long[] in, long[] out) {
    PoolAxis[] axes = new PoolAxis[in.length];
    Arrays.setAll(axes, a -> PoolAxis.adaptive((int) in[a], (int) out[a]));
    return axes;
  }

  private static PoolAxis[] global(long[] in) {
    PoolAxis[] axes = new PoolAxis[in.length];
    Arrays.setAll(axes, a -> PoolAxis.global((int) in[a]));
    return axes;
  }

  private record Values(PoolF32 pool) implements Kernel {
    @Override
    public int tasks() {
      return pool.tasks();
    }

    @Override
    public void run(long[] buffers, int task) {
      pool.run(buffers[0], buffers[1], task);
    }
  }

  private record WithIndices(MaxPoolIndicesF32 pool) implements Kernel {
    @Override
    public int tasks() {
      return pool.tasks();
    }

    @Override
    public void run(long[] buffers, int task) {
      pool.run(buffers[0], buffers[1], buffers[2], task);
    }
  }
}
