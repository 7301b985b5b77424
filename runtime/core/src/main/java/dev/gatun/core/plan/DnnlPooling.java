package dev.gatun.core.plan;

import dev.gatun.core.graph.Node;
import dev.gatun.core.op.AveragePool;
import dev.gatun.core.op.MaxPool;
import dev.gatun.core.op.Window;
import dev.gatun.core.plan.DnnlPlanes.Cut;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.ffi.Arg;
import dev.gatun.ffi.OneDnn;
import dev.gatun.ffi.Pooling;
import java.util.List;
import java.util.Optional;

/** Maximum and average pools in float32 by oneDNN, over one to three spatial axes. */
final class DnnlPooling implements Candidate {
  @Override
  public String name() {
    return "pool/onednn/f32";
  }

  private record Size(long images, DnnlPlanes.Rows rows) {}

  @Override
  public Lowering lower(Node node, Target target) {
    boolean max = node.op() == MaxPool.OP;
    if (!max && node.op() != AveragePool.OP) {
      return new Lowering.Refused("");
    }
    Optional<OneDnn> library = OneDnn.find().library();
    if (library.isEmpty()) {
      return new Lowering.Refused("oneDNN is not available");
    }
    Shape x = node.input(0).tensorType().shape();
    Shape y = node.output().tensorType().shape();
    if (node.input(0).tensorType().dtype() != DType.F32) {
      return new Lowering.Refused("only float32, not " + node.input(0).tensorType().dtype());
    }
    if (node.outputs().size() > 1) {
      return new Lowering.Refused("no positions of the maxima");
    }
    if (x.rank() > 5 || x.elements() == 0 || y.elements() == 0) {
      return new Lowering.Refused("more than three spatial axes, or nothing to pool");
    }
    boolean last = node.attrs().text("layout").equals("NHWC");
    long[] in = DnnlPlanes.spatial(x, last);
    Window w = Window.of(node.op().name(), node.attrs(), in, node.attrs().longs("kernel"));
    boolean counted = !max && node.attrs().flag("countIncludePad");
    long taps = 1;
    for (int a = 0; a < in.length; a++) {
      taps *= w.kernel()[a];
      long extent = (w.kernel()[a] - 1) * w.dilations()[a] + 1;
      if (counted
          && (w.out()[a] - 1) * w.strides()[a] + extent > in[a] + w.padBegin()[a] + w.padEnd()[a]) {
        return new Lowering.Refused("windows reach over the padding, which oneDNN would count");
      }
    }
    Pooling.Kind kind =
        max
            ? Pooling.Kind.MAX
            : counted ? Pooling.Kind.MEAN_WITH_PADDING : Pooling.Kind.MEAN_WITHOUT_PADDING;
    int wanted = Slicing.slices(4.0 * y.elements() * taps, target.threads());
    DnnlSlices slices = new DnnlSlices(target);
    slices.operand(Arg.SRC, 0).operand(Arg.DST, 1);
    for (Cut cut : DnnlPlanes.cut(w, false, last, x.size(0), wanted)) {
      DnnlPlanes.Rows rows = cut.rows();
      long images = cut.images().count();
      long[][] padding = DnnlPlanes.padding(w, false, rows);
      SharedPrimitive primitive =
          slices.primitive(
              new Size(
                  images,
                  new DnnlPlanes.Rows(
                      0, rows.inCount(), 0, rows.outCount(), rows.before(), rows.after())),
              () ->
                  Pooling.of(library.get(), kind)
                      .src(DnnlPlanes.desc(x, last, images, rows.inCount()))
                      .dst(DnnlPlanes.desc(y, last, images, rows.outCount()))
                      .window(w.kernel())
                      .strides(w.strides())
                      .dilations(w.dilations())
                      .padding(padding[0], padding[1])
                      .inference());
      slices.slice(
          primitive,
          DnnlKernel.Block.NONE,
          List.of(
              4 * DnnlPlanes.offset(x, last, cut.images().first(), rows.in()),
              4 * DnnlPlanes.offset(y, last, cut.images().first(), rows.out())));
    }
    return new DnnlKernel(slices.operands(), slices.slices(), slices.slices().size())
        .alone(slices.implementation());
  }
}
