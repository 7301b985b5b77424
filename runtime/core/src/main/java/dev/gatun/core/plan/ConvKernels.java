package dev.gatun.core.plan;

import dev.gatun.core.graph.Node;
import dev.gatun.core.op.Conv;
import dev.gatun.core.op.ConvTranspose;
import dev.gatun.core.op.Window;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.kernels.ConvF32;
import dev.gatun.kernels.ConvGeometry;
import dev.gatun.kernels.ConvTransposeGeometry;
import dev.gatun.kernels.PackedConvolution;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Convolutions and transposed ones in float32, channels last, over one to three spatial axes.
 * Constant weights are packed once; others in a phase before each run.
 */
final class ConvKernels implements Candidate {
  private final boolean transposed;

  ConvKernels(boolean transposed) {
    this.transposed = transposed;
  }

  @Override
  public String name() {
    return transposed ? "convTranspose/vector/f32" : "conv/vector/f32";
  }

  @Override
  public Lowering lower(Node node, Target target) {
    Optional<Anchored> found = Anchored.of(node, transposed ? ConvTranspose.OP : Conv.OP);
    if (found.isEmpty()) {
      return new Lowering.Refused("");
    }
    Anchored anchored = found.get();
    Node conv = anchored.anchor();
    if (conv.output().tensorType().dtype() != DType.F32) {
      return new Lowering.Refused("only float32, not " + conv.output().tensorType().dtype());
    }
    if (!conv.attrs().text("layout").equals("NHWC")) {
      return new Lowering.Refused("channels are not last");
    }
    Shape shape = conv.input(0).tensorType().shape();
    if (shape.rank() > 5) {
      return new Lowering.Refused("more than three spatial axes");
    }
    if (shape.elements() == 0 || conv.output().tensorType().shape().elements() == 0) {
      return new Lowering.Refused("nothing to convolve");
    }
    Optional<Tensor> weight = anchored.weight(node);
    PackedConvolution plan = plan(conv, weight.isEmpty(), target.threads());
    int x = anchored.inputs()[0];
    int w = anchored.inputs()[1];
    int own = anchored.inputs().length > 2 ? anchored.inputs()[2] : -1;
    int bias = own >= 0 ? own : anchored.bias();
    int inputs = node.inputs().size();
    String note = anchored.note().isEmpty() ? plan.name() : plan.name() + "; " + anchored.note();
    if (weight.isPresent()) {
      Tensor constant = weight.get();
      long packed =
          target
              .weights()
              .packed(
                  constant,
                  plan.weightFormat(),
                  plan.packedWeightBytes(),
                  to -> Weights.withAddress(constant, from -> plan.packWeights(from, to)));
      return Lowering.Kernels.of(new Convolve(plan, anchored, x, -1, packed, bias, inputs))
          .without(w)
          .noted(note);
    }
    Kernel pack = new Pack(plan, w, inputs + 1);
    Kernel convolve = new Convolve(plan, anchored, x, inputs + 1, 0, bias, inputs);
    return new Lowering.Kernels(
        List.of(pack, convolve),
        plan.packedWeightBytes(),
        List.of(),
        List.of(),
        note + "; weights packed in each run");
  }

  private PackedConvolution plan(Node conv, boolean changing, int threads) {
    if (transposed) {
      return PackedConvolution.transposed(transposedGeometry(conv), changing, threads);
    }
    if (conv.attrs().flag("exact")) {
      return ConvF32.direct(geometry(conv), threads);
    }
    return changing
        ? ConvF32.ofChanging(geometry(conv), threads)
        : ConvF32.plan(geometry(conv), threads);
  }

  /** Whether the convolution takes far fewer multiplications here than the definition has. */
  static boolean isWinograd(Node conv) {
    Shape x = conv.input(0).tensorType().shape();
    return x.rank() <= 5 && !conv.attrs().flag("exact") && ConvF32.isWinograd(geometry(conv));
  }

  private static ConvGeometry geometry(Node conv) {
    Shape x = conv.input(0).tensorType().shape();
    Shape w = conv.input(1).tensorType().shape();
    int spatial = x.rank() - 2;
    long[] in = Arrays.copyOfRange(x.sizes(), 1, 1 + spatial);
    long[] kernel = Arrays.copyOfRange(w.sizes(), 2, 2 + spatial);
    Window window = Window.of("conv", conv.attrs(), in, kernel);
    return geometry(x, window, w.size(0), conv.attrs().intValue("groups"));
  }

  /** The geometry of a window that slides over x, channels last. */
  static ConvGeometry geometry(Shape x, Window window, long outChannels, int groups) {
    int spatial = x.rank() - 2;
    ConvGeometry.Axis[] axes = new ConvGeometry.Axis[3];
    Arrays.fill(axes, ConvGeometry.Axis.TRIVIAL);
    for (int a = 0; a < spatial; a++) {
      axes[3 - spatial + a] =
          new ConvGeometry.Axis(
              Math.toIntExact(window.in()[a]),
              Math.toIntExact(window.kernel()[a]),
              Math.toIntExact(window.strides()[a]),
              Math.toIntExact(window.dilations()[a]),
              Math.toIntExact(window.padBegin()[a]),
              Math.toIntExact(window.padEnd()[a]));
    }
    return new ConvGeometry(
        Math.toIntExact(x.size(0)),
        Math.toIntExact(x.size(-1)),
        Math.toIntExact(outChannels),
        groups,
        axes[0],
        axes[1],
        axes[2]);
  }

  private static ConvTransposeGeometry transposedGeometry(Node conv) {
    Shape x = conv.input(0).tensorType().shape();
    Shape w = conv.input(1).tensorType().shape();
    int spatial = x.rank() - 2;
    long[] in = Arrays.copyOfRange(x.sizes(), 1, 1 + spatial);
    long[] kernel = Arrays.copyOfRange(w.sizes(), 2, 2 + spatial);
    Window window = Window.transposed("convTranspose", conv.attrs(), in, kernel);
    ConvTransposeGeometry.Axis[] axes = new ConvTransposeGeometry.Axis[spatial];
    for (int a = 0; a < spatial; a++) {
      long stride = window.strides()[a];
      long dilation = window.dilations()[a];
      long natural = (in[a] - 1) * stride + (kernel[a] - 1) * dilation + 1;
      // outputPadding and outputShape are in the size of the output: pads may be negative.
      axes[a] =
          new ConvTransposeGeometry.Axis(
              Math.toIntExact(in[a]),
              Math.toIntExact(kernel[a]),
              Math.toIntExact(stride),
              Math.toIntExact(dilation),
              Math.toIntExact(window.padBegin()[a]),
              Math.toIntExact(natural - window.padBegin()[a] - window.out()[a]),
              0);
    }
    int groups = conv.attrs().intValue("groups");
    return ConvTransposeGeometry.of(
        Math.toIntExact(x.size(0)),
        Math.toIntExact(x.size(-1)),
        Math.multiplyExact(Math.toIntExact(w.size(1)), groups),
        groups,
        List.of(axes));
  }

  private record Pack(PackedConvolution plan, int weight, int scratch) implements Kernel {
    @Override
    public int tasks() {
      return plan.packTasks();
    }

    @Override
    public void run(long[] buffers, int task) {
      plan.packWeights(buffers[weight], buffers[scratch], task);
    }
  }

  private record Convolve(
      PackedConvolution plan,
      Anchored anchored,
      int x,
      int scratch,
      long packed,
      int bias,
      int output)
      implements Kernel {
    @Override
    public int tasks() {
      return plan.tasks();
    }

    @Override
    public void run(long[] buffers, int task) {
      plan.run(
          buffers[x],
          scratch < 0 ? packed : buffers[scratch],
          bias < 0 ? 0 : buffers[bias],
          anchored.low(),
          anchored.high(),
          buffers[output],
          anchored.epilogue(),
          buffers,
          task);
    }
  }
}
