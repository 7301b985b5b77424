package dev.gatun.core.plan;

import dev.gatun.core.graph.Node;
import dev.gatun.core.op.Conv;
import dev.gatun.core.op.ConvTranspose;
import dev.gatun.core.op.Window;
import dev.gatun.core.plan.DnnlPlanes.Cut;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.ffi.Arg;
import dev.gatun.ffi.Convolution;
import dev.gatun.ffi.DataType;
import dev.gatun.ffi.MemoryDesc;
import dev.gatun.ffi.OneDnn;
import dev.gatun.ffi.Reorder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Convolutions and transposed ones in float32 by oneDNN. Weights are in the layout oneDNN wants:
 * constants once, others reordered into scratch memory in each run.
 */
final class DnnlConvolution implements Candidate {
  private final boolean transposed;

  DnnlConvolution(boolean transposed) {
    this.transposed = transposed;
  }

  @Override
  public String name() {
    return transposed ? "convTranspose/onednn/f32" : "conv/onednn/f32";
  }

  @Override
  public Lowering lower(Node node, Target target) {
    Optional<DnnlTail> found = DnnlTail.of(node, transposed ? ConvTranspose.OP : Conv.OP, true);
    if (found.isEmpty()) {
      return new Lowering.Refused("");
    }
    DnnlTail tail = found.get();
    Optional<OneDnn> library = OneDnn.find().library();
    if (library.isEmpty()) {
      return new Lowering.Refused("oneDNN is not available");
    }
    if (tail.result().dtype() != DType.F32) {
      return new Lowering.Refused("only float32, not " + tail.result().dtype());
    }
    Node conv = tail.anchor();
    Shape x = conv.input(0).tensorType().shape();
    if (x.rank() > 5) {
      return new Lowering.Refused("more than three spatial axes");
    }
    if (x.elements() == 0 || tail.result().shape().elements() == 0) {
      return new Lowering.Refused("nothing to convolve");
    }
    return new Builder(library.get(), node, target, tail, transposed).lower();
  }

  /**
   * How much longer the team takes than if its threads were equally busy: images are cut along rows
   * only, and there may be few.
   */
  static double unevenness(Node conv, int threads) {
    Window window = window(conv, false);
    long images = conv.input(0).tensorType().shape().size(0);
    int wanted = Slicing.slices((double) Cost.flops(conv), threads);
    List<Cut> cuts = DnnlPlanes.cut(window, false, isLast(conv), images, wanted);
    long largest = 0;
    for (Cut cut : cuts) {
      largest = Math.max(largest, cut.images().count() * cut.rows().outCount());
    }
    int busy = Math.min(threads, cuts.size());
    double rounds = Math.ceilDiv(cuts.size(), busy);
    return rounds * largest * busy / (images * window.out()[0]);
  }

  private static boolean isLast(Node conv) {
    return conv.attrs().text("layout").equals("NHWC");
  }

  private static Window window(Node conv, boolean transposed) {
    Shape w = conv.input(1).tensorType().shape();
    long[] in = DnnlPlanes.spatial(conv.input(0).tensorType().shape(), isLast(conv));
    long[] kernel = Arrays.copyOfRange(w.sizes(), 2, w.rank());
    return transposed
        ? Window.transposed(conv.op().name(), conv.attrs(), in, kernel)
        : Window.of(conv.op().name(), conv.attrs(), in, kernel);
  }

  /** Weights in oneDNN's layout. */
  private record Packed(MemoryDesc from, MemoryDesc to) {}

  /** Size of a slice. */
  private record Size(long images, long inRows, long outRows, long before, long after) {}

  /** One lowering. */
  private static final class Builder {
    private final OneDnn dnnl;
    private final Node node;
    private final Target target;
    private final DnnlTail tail;
    private final boolean transposed;
    private final Node conv;
    private final Shape x;
    private final Shape w;
    private final Shape y;
    private final boolean last;
    private final Window window;
    private final MemoryDesc plain;
    private final long outChannels;
    private final int weight;
    private final int scratch;

    Builder(OneDnn dnnl, Node node, Target target, DnnlTail tail, boolean transposed) {
      this.dnnl = dnnl;
      this.node = node;
      this.target = target;
      this.tail = tail;
      this.transposed = transposed;
      conv = tail.anchor();
      x = conv.input(0).tensorType().shape();
      w = conv.input(1).tensorType().shape();
      y = tail.result().shape();
      last = isLast(conv);
      window = window(conv, transposed);
      outChannels = y.size(last ? -1 : 1);
      plain = plainWeights();
      weight = tail.inputs()[1];
      scratch = node.inputs().size() + node.outputs().size();
    }

    Lowering lower() {
      int wanted = Slicing.slices((double) Cost.flops(conv), target.threads());
      try {
        return lower(wanted);
      } catch (DnnlSlices.RefusedException e) {
        if (wanted == 1 || x.size(0) >= wanted) {
          throw e;
        }
        return lower(1); // a whole image may have what its slices have not
      }
    }

    private Lowering lower(int wanted) {
      boolean constant = tail.weight(node).isPresent();
      DnnlSlices slices = new DnnlSlices(target);
      slices.operand(Arg.SRC, tail.inputs()[0]);
      slices.operand(Arg.WEIGHTS, constant ? -1 : scratch);
      slices.operand(Arg.DST, node.inputs().size());
      if (tail.bias() >= 0) {
        slices.operand(Arg.BIAS, tail.bias());
      }
      slices.operands(tail);
      Map<MemoryDesc, Long> inScratch = new LinkedHashMap<>();
      long reserved = 0;
      long pixels = 1;
      for (int a = 1; a < window.out().length; a++) {
        pixels *= window.out()[a];
      }
      for (Cut cut : DnnlPlanes.cut(window, transposed, last, x.size(0), wanted)) {
        SharedPrimitive primitive = primitive(slices, cut);
        MemoryDesc wants = primitive.primitive().desc(Arg.WEIGHTS);
        long weightAt;
        if (constant) {
          weightAt = pack(tail.weight(node).orElseThrow(), wants);
        } else {
          if (!inScratch.containsKey(wants)) {
            inScratch.put(wants, reserved);
            reserved += Math.ceilDiv(wants.sizeBytes(), 64L) * 64;
          }
          weightAt = inScratch.getOrDefault(wants, 0L);
        }
        long image = cut.images().first();
        long offset = 4 * DnnlPlanes.offset(y, last, image, cut.rows().out());
        List<Long> at = new ArrayList<>();
        at.add(4 * DnnlPlanes.offset(x, last, image, cut.rows().in()));
        at.add(weightAt);
        at.add(offset);
        if (tail.bias() >= 0) {
          at.add(0L);
        }
        for (DnnlTail.Step step : tail.steps()) {
          if (step instanceof DnnlTail.Step.Combine combine) {
            at.add(combine.column() ? 0 : offset);
          }
        }
        slices.slice(
            primitive,
            new DnnlKernel.Block(
                offset,
                (image * window.out()[0] + cut.rows().out()) * pixels,
                Math.toIntExact(cut.images().count() * cut.rows().outCount() * pixels),
                0,
                Math.toIntExact(outChannels)),
            at);
      }
      DnnlKernel kernel =
          new DnnlKernel(
                  slices.operands(),
                  slices.slices(),
                  slices.slices().size(),
                  tail.epilogue(),
                  node.inputs().size(),
                  4 * outChannels)
              .scratchFrom(reserved);
      String note = tail.noted(slices.implementation());
      if (!constant) {
        return new Lowering.Kernels(
            List.of(reorder(inScratch), kernel),
            kernel.totalScratch(),
            List.of(),
            List.of(),
            note + "; weights reordered in each run");
      }
      Lowering.Kernels alone = kernel.alone(note);
      return node.inputs().lastIndexOf(node.input(weight))
              == node.inputs().indexOf(node.input(weight))
          ? alone.without(weight)
          : alone;
    }

    private SharedPrimitive primitive(DnnlSlices slices, Cut cut) {
      DnnlPlanes.Rows rows = cut.rows();
      long images = cut.images().count();
      return slices.primitive(
          new Size(images, rows.inCount(), rows.outCount(), rows.before(), rows.after()),
          () -> {
            MemoryDesc dst = DnnlPlanes.desc(y, last, images, rows.outCount());
            long[] column = new long[dst.rank()];
            Arrays.fill(column, 1);
            column[1] = outChannels;
            long[][] padding = DnnlPlanes.padding(window, transposed, rows);
            return (transposed ? Convolution.transposed(dnnl) : Convolution.of(dnnl))
                .src(DnnlPlanes.desc(x, last, images, rows.inCount()))
                .weights(plain.asAny())
                .bias(tail.bias() < 0 ? null : MemoryDesc.rowMajor(DataType.F32, outChannels))
                .dst(dst)
                .strides(window.strides())
                .dilations(window.dilations())
                .padding(padding[0], padding[1])
                .attributes(
                    DnnlSlices.attributes(tail, dst, MemoryDesc.rowMajor(DataType.F32, column)))
                .inference();
          });
    }

    private long pack(Tensor weights, MemoryDesc to) {
      return target
          .weights()
          .packed(
              weights,
              new Packed(plain, to),
              to.sizeBytes(),
              address ->
                  Weights.withAddress(weights, from -> dnnl.reorder(plain, from, to, address)));
    }

    private Kernel reorder(Map<MemoryDesc, Long> targets) {
      DnnlSlices slices = new DnnlSlices(target);
      slices.operand(Arg.SRC, weight).operand(Arg.DST, scratch);
      targets.forEach(
          (to, at) ->
              slices.slice(
                  slices.primitive(
                      to, () -> Reorder.of(dnnl).src(plain).dst(to).allowReference().build()),
                  DnnlKernel.Block.NONE,
                  List.of(0L, at)));
      return new NoScratch(new DnnlKernel(slices.operands(), slices.slices(), 1));
    }

    /** The operator's weights as oneDNN numbers their dimensions: output channels first. */
    private MemoryDesc plainWeights() {
      long groups = conv.attrs().integer("groups");
      long[] sizes = w.sizes();
      long[] kernel = window.kernel();
      long taps = 1;
      for (long size : kernel) {
        taps *= size;
      }
      long out = transposed ? sizes[1] : sizes[0] / groups;
      long in = transposed ? sizes[0] / groups : sizes[1];
      long[] dims = new long[3 + kernel.length];
      long[] strides = new long[dims.length];
      dims[0] = groups;
      dims[1] = out;
      dims[2] = in;
      strides[0] = out * in * taps;
      strides[1] = transposed ? taps : in * taps;
      strides[2] = transposed ? out * taps : taps;
      long stride = 1;
      for (int a = kernel.length - 1; a >= 0; a--) {
        dims[3 + a] = kernel[a];
        strides[3 + a] = stride;
        stride *= kernel[a];
      }
      int from = groups == 1 ? 1 : 0;
      return MemoryDesc.strided(
          DataType.F32,
          Arrays.copyOfRange(dims, from, dims.length),
          Arrays.copyOfRange(strides, from, strides.length));
    }
  }

  /** Guards that a reorder, which writes to the step's scratch memory, needs none of its own. */
  private static final class NoScratch implements Kernel {
    private final DnnlKernel kernel;

    NoScratch(DnnlKernel kernel) {
      this.kernel = kernel;
      if (kernel.totalScratch() != 0) {
        throw new DnnlSlices.RefusedException("reordering the weights needs a scratchpad");
      }
    }

    @Override
    public int tasks() {
      return kernel.tasks();
    }

    @Override
    public void run(long[] buffers, int task) {
      kernel.run(buffers, task);
    }
  }
}
